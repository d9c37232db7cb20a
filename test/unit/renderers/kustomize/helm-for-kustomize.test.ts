import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { helmForKustomize } from '../../../../renderers/kustomize/helm-for-kustomize.ts'

const paths = { tree: '/w', home: '/h', program: (name: string) => `/opt/it's/${name}` }

/** What the script does with arguments: Helm is replaced by a program that prints its own arguments. */
function run(args: readonly string[], skipSchemas = false) {
  const text = helmForKustomize(skipSchemas).text({ ...paths, program: () => '/bin/echo' })
  const { status, stdout } = spawnSync('/bin/sh', ['-c', text, 'helm', ...args], {
    encoding: 'utf8',
    env: {},
  })
  return { status, stdout: stdout.trim() }
}

describe('charts inside a kustomization', () => {
  it('are rendered by Helm behind a script that prints a version and sets the directories of Helm', () => {
    const text = helmForKustomize(false).text(paths)
    expect(text).toContain("exec '/opt/it'\\''s/helm' \"$@\"\n")
    expect(text).toContain("export HELM_PLUGINS='/h/helm/plugins'")
    expect(run(['version', '-c', '--short'])).toEqual({ status: 0, stdout: 'v3.19.0' })
  })

  it.each([
    [['--generate-name', '/w/k/charts/c', '-f', '/h/values.yaml']],
    [['web.a-1', '/w/charts/c', '--namespace', '--post-renderer=/x', '-f', '/w/a b.yaml', '--skip-tests']],
    [['web', '/w/c', '-f', '/h/a', '-f', '/w/b', '--api-versions', 'v1', '--kube-version', '1.30']],
  ])('are rendered with the arguments that kustomize makes: %j', (args) => {
    expect(run(['template', ...args])).toEqual({ status: 0, stdout: ['template', ...args].join(' ') })
    expect(run(['template', ...args], true).stdout).toContain(' --skip-schema-validation')
  })

  it.each([
    [['pull', '--untar', 'c']],
    [['plugin', 'install', '/w/p']],
    [['template', '--values=/etc/passwd', '/w/c']],
    [['template', '-f/etc/passwd', '/w/c']],
    [['template', '--set-file=a=/etc/passwd', '/w/c']],
    [['template', '--post-renderer=/w/evil', '/w/c']],
    [['template', '/etc/charts/c', '/w/c']],
    [['template', 'web', '/etc/charts/c']],
    [['template', 'web', '/wide/charts/c']],
    [['template', 'web', '/w/../etc/charts/c']],
    [['template', 'web', 'oci://registry.example/c']],
    [['template', 'web', '/w/c', '-f', '/w/x,/etc/passwd']],
    [['template', 'web', '/w/c', '-f', '/w/..']],
    [['template', 'web', '/w/c', '-f', 'https://server.example/values.yaml']],
    [['template', 'web', '/w/c', '--set-file', 'a=/etc/passwd']],
    [['template', 'web', '/w/c', '--repo', 'https://server.example']],
    [['template', 'web', '/w/c', '--include-crds', '/w/d']],
  ])('are refused with any other arguments: %j', (args) => {
    expect(run(args)).toEqual({ status: 1, stdout: '' })
  })
})
