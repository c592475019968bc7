package cxcapture

import "context"

type ctx = context.Context
