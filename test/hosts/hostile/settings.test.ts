import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileAttacks } from './settings-attacks/files.ts'
import { kubeconfigAttacks } from './settings-attacks/kubeconfigs.ts'
import { programAttacks } from './settings-attacks/programs.ts'
import { secretAttacks } from './settings-attacks/secrets.ts'
import { valueAttacks } from './settings-attacks/values.ts'
import { yamlAttacks } from './settings-attacks/yaml.ts'
import { canary, openSettingsGround, type SettingsAttack, type SettingsGround } from './settings-ground.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-settings-'))
let ground: SettingsGround
beforeAll(async () => {
  ground = await openSettingsGround(root)
})
afterAll(async () => {
  await ground.close()
  rmSync(root, { recursive: true, force: true })
})

async function holds(name: string, attack: SettingsAttack): Promise<void> {
  const { status, stdout, stderr, mark, asked } = await ground.attack(name, attack)
  const said = stdout + stderr
  if (attack.stops === undefined) expect({ status, stderr }).toMatchObject({ status: 0 })
  else {
    expect({ status, stderr }).toEqual({ status: expect.toBeOneOf([1, 2]), stderr: expect.any(String) })
    expect(said).toMatch(attack.stops)
  }
  if (attack.warns !== undefined) expect(stderr).toMatch(attack.warns)
  expect(mark, 'a program was run').toBeUndefined()
  expect(said).not.toContain(canary)
  expect(JSON.stringify(asked)).not.toContain(canary)
  if (attack.mayAsk !== true) expect(asked).toEqual([])
}

const kinds = {
  'names programs': programAttacks,
  'brings kubeconfigs': kubeconfigAttacks,
  'names servers and secrets': secretAttacks,
  'sets values that break out': valueAttacks,
  'is written in unusual YAML': yamlAttacks,
  'has settings in unusual places': fileAttacks,
}

for (const [kind, attacks] of Object.entries(kinds)) {
  describe(`a hostile repository that ${kind}: no program runs, no server is asked, no secret is printed`, () => {
    it.each(Object.entries(attacks))('%s', holds)
  })
}
