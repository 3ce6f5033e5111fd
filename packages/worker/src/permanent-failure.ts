/** A failure that no repetition heals: the job goes to the dead letters at once, where a person can look at it. */
export class PermanentFailure extends Error {
  override name = "PermanentFailure";
}
