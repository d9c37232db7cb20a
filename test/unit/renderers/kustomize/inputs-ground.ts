import type { KustomizeSource } from '../../../../renderers/kustomize/source.ts'

/** A kustomization as a source. */
export const source = (path = 'prod', more: Partial<KustomizeSource> = {}): KustomizeSource => ({
  kind: 'kustomize',
  id: path,
  path,
  ...more,
})

/** Texts by the path of their file. */
export type Files = Readonly<Record<string, string>>
