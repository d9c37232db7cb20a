import { linearBuckets } from '../../../../plugin/recommend/vpa-recommender/histogram.ts'

export const mb = 1024 ** 2
export const one = linearBuckets(10, 1)

/*
 * Every vector of the recommender's own tests (U) or derived from its code (F) has a number here, 1 to 61.
 * Left out: none. 39's error is the refusal of `addOom`; 42's expiry is the age at which a container is forgotten;
 * 56's annotation is the cap itself.
 */
