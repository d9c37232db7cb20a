import { describe, expect, it } from 'vitest'
import {
  clusterOfApplication,
  clusterOfDestination,
  holdsName,
  isOwnCluster,
  nameOfDestination,
} from '../../../plugin/model/destination.ts'

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
    ['none for a part of a word', { name: 'producer' }, ['prod'], undefined],
    ['another word for its stage', { name: 'production' }, ['prod', 'staging'], 'prod'],
    ['another word for its stage in a longer name', { name: 'acme-stg-eu' }, ['prod', 'staging'], 'staging'],
    ['a longer name of the same words', { name: 'prod' }, ['acme-prod', 'acme-staging'], 'acme-prod'],
    ['none where two longer names fit', { name: 'prod' }, ['prod-eu', 'prod-us'], undefined],
    [
      'the stage in the host',
      { server: 'https://k8s.prod.example.com' },
      ['acme-prod', 'acme-dev'],
      'acme-prod',
    ],
    ['none for another stage', { server: 'https://pre-prod.example.com' }, ['acme-prod'], undefined],
    ['none for the cluster of Argo CD', { name: 'in-cluster' }, ['cluster'], undefined],
    ['none for its URL', { server: 'https://kubernetes.default.svc' }, ['default'], undefined],
    ['none for what is no URL', { server: 'prod' }, ['staging'], undefined],
  ])('%s', (_, destination, names, expected) => {
    expect(clusterOfDestination(destination, known(...names))).toBe(expected)
  })

  const byUrl = { server: 'https://10.0.0.9:6443' }
  it.each([
    [
      'its destination first',
      { server: 'https://10.0.0.1:6443' },
      'web-staging',
      ['prod', 'staging'],
      'prod',
    ],
    ['the name that its own holds', byUrl, 'web-staging', ['prod', 'staging'], 'staging'],
    ['the longest of these', byUrl, 'web-prod-eu', ['prod', 'prod-eu'], 'prod-eu'],
    ['another word for the stage', byUrl, 'web-production', ['prod', 'staging'], 'prod'],
    ['none where two names fit', byUrl, 'eu1-to-us1', ['eu1', 'us1'], undefined],
    ['none for the cluster of Argo CD', { name: 'in-cluster' }, 'web-staging', ['staging'], undefined],
  ])('of an Application: %s', (_, destination, application, names, expected) => {
    expect(clusterOfApplication({ destination, application }, known(...names))).toBe(expected)
  })

  it("Argo CD's own cluster has a name and a URL", () => {
    expect(isOwnCluster({ name: 'in-cluster' })).toBe(true)
    expect(isOwnCluster({ server: 'https://kubernetes.default.svc' })).toBe(true)
    expect(isOwnCluster({ name: 'prod' })).toBe(false)
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
