import { ExpectedStop } from '../../model/problem.ts'
import type { Check } from '../../report/json/doctor.ts'

/** Runs some checks. An `ExpectedStop` becomes a check with an error, so that the other checks still run. */
export async function attempt(
  where: Pick<Check, 'area' | 'cluster'>,
  run: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return error.problems.map(
      ({ code, message, hint }): Check => ({
        ...where,
        level: 'error',
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      }),
    )
  }
}
