import { describe, expect, it } from 'vitest'
import { clusterOfDestination, holdsName, nameOfDestination } from '../../../plugin/model/destination.ts'

const known = (...names: readonly string[]) =>
  names.map((name) => ({ name, destinations: name === 'prod' ? ['https://10.0.0.1:6443'] : [] }))

describe('the cluster of a destination', () => {
  it.each([
    ['its name', { name: 'prod' }, ['prod', 'staging'], 'prod'],
    ['a URL of the settings', { server: 'https://10.0.0.1:6443' }, ['prod', 'staging'], 'prod'],
    ['a name in the host', { server: 'https://api.staging.example.com' }, ['prod', 'staging'], 'staging'],
    ['a name in a longer one', { name: 'acme-prod-eu1' }, ['prod', 'staging'], 'prod'],
    ['the exact name before a part of it', { name: 'prod-eu' }, ['prod', 'prod-eu'], 'prod-eu'],
    ['none where two fit', { name: 'prod-staging' }, ['prod', 'staging'], undefined],
    ['none for a part of a word', { name: 'production' }, ['prod'], undefined],
    ['none for the cluster of Argo CD', { name: 'in-cluster' }, ['cluster'], undefined],
    ['none for its URL', { server: 'https://kubernetes.default.svc' }, ['default'], undefined],
    ['none for what is no URL', { server: 'prod' }, ['staging'], undefined],
  ])('%s', (_, destination, names, expected) => {
    expect(clusterOfDestination(destination, known(...names))).toBe(expected)
  })

  it('a name is between separators, in any case', () => {
    expect(holdsName('values-EU1', 'eu1')).toBe(true)
    expect(holdsName('eu1.yaml', 'eu1')).toBe(true)
    expect(holdsName('eu10', 'eu1')).toBe(false)
    expect(holdsName('xeu1', 'eu1')).toBe(false)
    expect(holdsName('web', 'eu1')).toBe(false)
  })

  it('a destination is called by its name, unless that is the cluster of Argo CD', () => {
    expect(nameOfDestination({ name: 'blue', server: 'https://x' })).toBe('blue')
    expect(nameOfDestination({ name: 'in-cluster' })).toBeUndefined()
    expect(nameOfDestination({ server: 'https://x' })).toBeUndefined()
  })
})
