package sy

// Inline names the methods of the types, and does nothing of use. Go's compiler inlines a method in a package only if the
// export data of what that package imports has its body, and a type's alias alone does not bring the bodies: without
// this function each atomic operation of a package that imports sy, and not sync/atomic, is a call, 2 ns.
func Inline(b *Bool, i32 *Int32, i64 *Int64, u32 *Uint32, u64 *Uint64) {
	b.Store(b.Load() || b.Swap(true) || b.CompareAndSwap(false, true))
	i32.Store(i32.Load() + i32.Add(1) + i32.And(1) + i32.Or(1) + i32.Swap(1))
	i64.Store(i64.Load() + i64.Add(1) + i64.And(1) + i64.Or(1) + i64.Swap(1))
	u32.Store(u32.Load() + u32.Add(1) + u32.And(1) + u32.Or(1) + u32.Swap(1))
	u64.Store(u64.Load() + u64.Add(1) + u64.And(1) + u64.Or(1) + u64.Swap(1))
	i32.CompareAndSwap(0, 1)
	i64.CompareAndSwap(0, 1)
	u32.CompareAndSwap(0, 1)
	u64.CompareAndSwap(0, 1)
}
