//go:build tools

// Package kustomize keeps the program among the requirements of the module.
package kustomize

import _ "sigs.k8s.io/kustomize/kustomize/v5"
