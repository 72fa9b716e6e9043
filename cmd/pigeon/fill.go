package main

import (
	"encoding"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// fill sets the fields of dst, a struct of the configuration file's, from the
// table src. Unlike toml.Decode it takes a key only as it is spelled, and goes
// on after a fault, so that all of them are found at once.
func (l *faultList) fill(dst reflect.Value, src map[string]any, prefix string) {
	fields := map[string]reflect.Value{}
	for i := range dst.NumField() {
		fields[dst.Type().Field(i).Tag.Get("toml")] = dst.Field(i)
	}
	for _, name := range slices.Sorted(maps.Keys(src)) {
		if field, ok := fields[name]; ok {
			l.set(field, src[name], prefix+name)
		} else {
			l.unknown(prefix, name, slices.Sorted(maps.Keys(fields)))
		}
	}
}

// set sets one field to a value of TOML.
func (l *faultList) set(dst reflect.Value, v any, key string) {
	if u, ok := dst.Addr().Interface().(encoding.TextUnmarshaler); ok {
		l.setText(u, dst, v, key)
		return
	}
	switch dst.Kind() {
	case reflect.Pointer:
		p := reflect.New(dst.Type().Elem())
		l.set(p.Elem(), v, key)
		dst.Set(p)
	case reflect.String:
		if s, ok := v.(string); ok {
			dst.SetString(s)
			return
		}
		l.addf("%s: a text in quotes is needed, and not %s", key, kind(v))
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			dst.SetBool(b)
			return
		}
		l.addf("%s: true or false is needed, and not %s", key, kind(v))
	case reflect.Int:
		n, ok := v.(int64)
		switch {
		case !ok:
			l.addf("%s: a whole number is needed, and not %s", key, kind(v))
		case dst.OverflowInt(n):
			l.addf("%s: %d is too large", key, n)
		case n == 0:
			l.addf(zero, key)
		default:
			dst.SetInt(n)
		}
	case reflect.Float64:
		switch n := v.(type) {
		case float64:
			dst.SetFloat(n)
		case int64:
			dst.SetFloat(float64(n))
		default:
			l.addf("%s: a number is needed, and not %s", key, kind(v))
		}
	case reflect.Struct:
		if table, ok := v.(map[string]any); ok {
			l.fill(dst, table, key+".")
			return
		}
		l.addf("%s: a table is needed, [%s], and not %s", key, key, kind(v))
	case reflect.Slice:
		l.setRows(dst, v, key)
	}
}

// zero refuses what would be the default and not nothing.
const zero = "%s: zero cannot be set: leave the key out for the default"

// setText sets a duration or a size. A plain number is read too, for a size is
// one.
func (l *faultList) setText(u encoding.TextUnmarshaler, dst reflect.Value, v any, key string) {
	text, ok := v.(string)
	if n, whole := v.(int64); whole {
		text, ok = strconv.FormatInt(n, 10), true
	}
	if !ok {
		l.addf("%s: a text in quotes is needed, and not %s", key, kind(v))
	} else if err := u.UnmarshalText([]byte(text)); err != nil {
		l.addf("%s: %v", key, err)
	} else if dst.IsZero() {
		l.addf(zero, key)
	}
}

// setRows sets a list of texts, or the rows of an array of tables.
func (l *faultList) setRows(dst reflect.Value, v any, key string) {
	var items []any
	switch v := v.(type) {
	case []any:
		items = v
	case []map[string]any:
		for _, m := range v {
			items = append(items, m)
		}
	default:
		if dst.Type().Elem().Kind() == reflect.Struct {
			l.addf("%s: [[%s]] is needed, a table for each one, and not %s", key, key, kind(v))
		} else {
			l.addf(`%s: a list is needed, ["…"], and not %s`, key, kind(v))
		}
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), len(items), len(items)))
	for i, item := range items {
		l.set(dst.Index(i), item, key+"["+strconv.Itoa(i)+"]")
	}
}

// kind says what a value of TOML is, and not the value, which may be a secret.
func kind(v any) string {
	switch v.(type) {
	case string:
		return "a text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case bool:
		return "true or false"
	case time.Time:
		return "a date"
	case []any, []map[string]any:
		return "a list"
	}
	return "a table"
}
