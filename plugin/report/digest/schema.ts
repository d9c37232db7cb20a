import { z } from 'zod'

const pull = z.object({
  repository: z.string().optional().describe('URL of the repository; absent where there is one alone.'),
  number: z.number().int(),
  url: z.string(),
  scope: z.string().describe('What its changes have in common: cluster and owners, for example.'),
  days: z.number().int().describe('Whole days since it was opened; for an ended one, since it ended.'),
  values: z.number().int().optional().describe('Values that it changes, where this run planned them.'),
  savesPerMonth: z
    .number()
    .optional()
    .describe('What its values save a month, by the backtest of the plan; negative where they cost more.'),
})

const change = z.object({
  cluster: z.string().optional(),
  workload: z.string().describe('`namespace/Kind/name`.'),
  field: z.string().describe('Container and field.'),
  from: z.string(),
  to: z.string(),
  at: z.string().describe('When it was merged, ISO 8601.'),
})

/** The format of the weekly summary: what is sent to a webhook, and what the messages to chats are made from. */
export const digestSchema = z
  .object({
    kind: z.literal('TortoiseDigest'),
    version: z.literal(1),
    week: z.string().describe('The day that the week begins with: `2026-03-02`.'),
    sentAt: z.string().describe('ISO 8601.'),
    waiting: z
      .array(pull.extend({ isBlocked: z.boolean().describe('Its branch has a commit of somebody else.') }))
      .describe('Open pull requests, the oldest first.'),
    queued: z.number().int().describe('Pull requests that wait until fewer are open.'),
    merged: z.array(pull).describe('Pull requests that were merged in the last seven days.'),
    declined: z.array(pull).describe('Pull requests that a person closed in the last seven days.'),
    harmful: z
      .array(change)
      .describe(
        'Merged changes that did harm, or were taken back because of it, as long as they are followed.',
      ),
    held: z.number().int().describe('Merged changes after which nothing got worse.'),
    followed: z.number().int().describe('Merged changes whose days are not over.'),
    proposed: z
      .object({
        values: z.number().int(),
        workloads: z.number().int(),
        savesPerMonth: z
          .number()
          .describe('By the backtest of the plan, before minus after; negative where they cost more.'),
      })
      .describe('What should change now.'),
    saved: z
      .object({
        perMonth: z.number().describe('What the changes in force save a month.'),
        soFar: z.number().describe('What they have saved since they were merged.'),
      })
      .describe(
        'By merged changes that are followed, at the prices of settings. Negative where they cost more.',
      ),
    currency: z.string().describe('Of amounts, as settings name it: `USD`.'),
    failed: z
      .array(z.object({ repository: z.string(), branch: z.string(), problem: z.string() }))
      .describe('Repositories whose run failed.'),
  })
  .describe('The weekly summary of GitOps Tortoise.')

export type Digest = z.infer<typeof digestSchema>
export type DigestPull = z.infer<typeof pull>
