import { ExpectedStop } from '../../model/problem.ts'
import type { Check } from '../../report/json/doctor.ts'

/** Looks at something; an expected stop becomes an error of the list, so that the rest is looked at too. */
export async function attempt(
  where: Pick<Check, 'area' | 'cluster'>,
  look: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await look()
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
