package future

// Values are what polls carry beside their task: an immutable chain of keys and values, the latest first. The nil Values is
// empty. Whoever polls decides what is in them: they are seen by the poll, by the futures that it polls and by the bodies that
// it resumes, on whatever worker that happens. (Tokio's task_local!, task/task_local.rs, with context.Context's manner.)
type Values struct {
	key, value any
	next       *Values
}

// With returns v with a value for key, which hides an earlier one. v is unchanged. key must be comparable. Any goroutine.
func (v *Values) With(key, value any) *Values { return &Values{key: key, value: value, next: v} }

// Get returns the value that was given last for key, or nil. Any goroutine.
func (v *Values) Get(key any) any {
	for ; v != nil; v = v.next {
		if v.key == key {
			return v.value
		}
	}
	return nil
}

// Values returns what this poll carries; nil if nothing, or if cx is nil.
func (cx *Context) Values() *Values {
	if cx == nil {
		return nil
	}
	return cx.values
}

// WithValues returns a context for polls of a part of the running task that carry v in place of what cx carries: for futures
// that poll another. It is cx's in everything else. A nil cx is accepted, as in Drop.
func (cx *Context) WithValues(v *Values) Context {
	if cx == nil {
		return Context{values: v}
	}
	sub := NewContext(cx.local, cx.Task())
	sub.part, sub.values = cx.part, v
	return sub
}
