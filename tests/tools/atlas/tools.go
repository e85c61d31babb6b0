//go:build tools

// Package tools names what is built here: Atlas's command, from its Apache-licensed source.
package tools

import _ "ariga.io/atlas/cmd/atlas"
