package origin

import (
	"reflect"
	"runtime"
	"unsafe"
)

// Origin is the code of a function or a type. The zero Origin is unknown.
type Origin struct {
	p uintptr // a function's first instruction, or a type descriptor: both are never freed, and cost no write barrier
}

type eface struct {
	typ, data unsafe.Pointer
}

// OfFunc returns the origin that names f, a func value.
func OfFunc(f any) Origin {
	e := (*eface)(unsafe.Pointer(&f)) // Safe because eface has the layout of an interface value without methods.
	if e.data == nil {
		return Origin{}
	}
	return Origin{p: *(*uintptr)(e.data)} // Safe because a func value points at a word that holds its code address.
}

// OfType returns the origin that names v's dynamic type.
func OfType(v any) Origin {
	return Origin{p: uintptr((*eface)(unsafe.Pointer(&v)).typ)} // Safe because eface has the layout of an interface value without methods.
}

// String names the function or the type; it is empty if neither is known.
func (o Origin) String() string {
	if o.p == 0 {
		return ""
	}
	if f := runtime.FuncForPC(o.p); f != nil {
		return f.Name()
	}
	var v any
	(*eface)(unsafe.Pointer(&v)).typ = *(*unsafe.Pointer)(unsafe.Pointer(&o.p)) // Safe because o.p came from a type word, and reflect.TypeOf looks at that word only.
	return reflect.TypeOf(v).String()
}
