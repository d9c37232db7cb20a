/** A request that failed for a reason that a person understands. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure'
}

/** A request that no server took: none was reached, or its answer leads elsewhere. */
export class NeverSent extends RequestFailure {}
