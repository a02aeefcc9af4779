package jsonin

import (
	"reflect"
	"sync"
)

// cache holds plans by type.
type cache struct {
	lock  sync.RWMutex
	plans map[reflect.Type]*plan
}

func (c *cache) get(t reflect.Type) *plan {
	c.lock.RLock()
	defer c.lock.RUnlock()
	return c.plans[t]
}

func (c *cache) set(t reflect.Type, p *plan) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.plans == nil {
		c.plans = make(map[reflect.Type]*plan)
	}
	c.plans[t] = p
}
