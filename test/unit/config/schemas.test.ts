import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { actionReference } from '../../../config/action-doc.ts'
import { sectionExamples } from '../../../config/examples.ts'
import { combineSettings, loadSettings } from '../../../config/load.ts'
import { metricsReference } from '../../../config/metrics-doc.ts'
import { schemas } from '../../../config/schemas.ts'
import { settingsReference } from '../../../config/settings-doc.ts'

const root = join(import.meta.dirname, '../../..')
const published = (name: string): unknown =>
  JSON.parse(readFileSync(join(root, 'config', `${name}.schema.json`), 'utf8'))

describe('published schemas', () => {
  it.each(Object.keys(schemas))('%s.schema.json is what the code says (npm run schemas)', (name) => {
    expect(existsSync(join(root, 'config', `${name}.schema.json`))).toBe(true)
    expect(JSON.parse(JSON.stringify(schemas[name]))).toEqual(published(name))
  })

  it('docs/settings.md is generated from the schema (npm run schemas)', () => {
    expect(readFileSync(join(root, 'docs/settings.md'), 'utf8')).toBe(settingsReference())
  })

  it('docs/action.md is generated from action.yml (npm run schemas)', () => {
    const manifest = readFileSync(join(root, 'action.yml'), 'utf8')
    expect(readFileSync(join(root, 'docs/action.md'), 'utf8')).toBe(actionReference(manifest))
  })

  it('docs/metrics.md is generated from the families of metrics (npm run schemas)', () => {
    expect(readFileSync(join(root, 'docs/metrics.md'), 'utf8')).toBe(metricsReference())
  })

  it('the settings schema accepts what the loader accepts', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      published('tortoise') as object,
    )
    const text = readFileSync(join(root, 'plugin/hosts/demo/files/repository/tortoise.yaml'), 'utf8')
    expect(validate(parse(text))).toBe(true)
    expect(validate({})).toBe(true)
    expect(validate({ recomend: {} })).toBe(false)
  })

  it('the settings schema describes every setting', () => {
    const bare: string[] = []
    const visit = (node: unknown, path: string): void => {
      const properties = (node as { properties?: Record<string, { description?: string }> }).properties ?? {}
      for (const [name, property] of Object.entries(properties)) {
        if (property.description === undefined) bare.push(`${path}.${name}`)
        visit(property, `${path}.${name}`)
        visit((property as { items?: unknown }).items ?? {}, `${path}.${name}[]`)
      }
    }
    visit(published('tortoise'), '')
    expect(bare).toEqual([])
  })
})

describe('loading settings', () => {
  it('gives every default for an empty file', () => {
    expect(loadSettings('tortoise.yaml', '')).toMatchObject({
      sources: [],
      history: { days: 14, stepSeconds: 300 },
      recommend: { profile: 'steady', cpuPercentile: 90, targetUtilization: { minimum: 50, maximum: 90 } },
      deliver: { mode: 'commit', branch: 'tortoise/right-size' },
    })
  })

  it('keeps the given values', () => {
    const text = 'recommend:\n  cpuSpare: 30\nsources:\n  - path: apps\n    values: [a.yaml]\n'
    expect(loadSettings('tortoise.yaml', text)).toMatchObject({
      recommend: { cpuSpare: 30, memoryMargin: 15 },
      sources: [{ path: 'apps', values: ['a.yaml'] }],
    })
  })
})

describe('examples of settings', () => {
  const sections = Object.keys((published('tortoise') as { properties: object }).properties)

  it('exist for every section', () => {
    expect(Object.keys(sectionExamples).sort()).toEqual(sections.filter((name) => name !== '$schema').sort())
  })

  it.each(Object.entries(sectionExamples))('%s can be used as it is', (name, text) => {
    const beside = name === 'sources' ? 'clusters: [{ name: prod }]' : 'sources: []'
    expect(loadSettings('tortoise.yaml', `${text}\n${name === 'clusters' ? '' : beside}\n`)).toBeDefined()
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
      published('tortoise') as object,
    )
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true)
  })

  it('are in the schema, with the title and the Markdown that editors show', () => {
    const { properties } = published('tortoise') as {
      properties: Record<string, { title: string; examples?: unknown[]; properties?: Record<string, object> }>
    }
    for (const name of sections.filter((one) => one !== '$schema'))
      expect(properties[name]).toMatchObject({ title: name, examples: [expect.anything()] })
    expect(properties['recommend']?.properties?.['preset']).toMatchObject({
      title: 'recommend.preset',
      markdownDescription: expect.stringContaining('`careful`'),
    })
  })

  it('a settings file may name its schema in both ways', () => {
    const text = '# yaml-language-server: $schema=x\n$schema: ./tortoise.schema.json\nsources: []\n'
    expect(loadSettings('tortoise.yaml', text)).toBeDefined()
    const operator = {
      main: { file: 'tortoise.yaml', text: '' },
      operator: { file: 'o.yaml', text: '$schema: x\n' },
    }
    expect(combineSettings(operator)).toBeDefined()
  })
})
