import { linearBuckets } from '../../../../plugin/recommend/vpa-recommender/histogram.ts'

export const mb = 1024 ** 2
export const one = linearBuckets(10, 1)

/*
 * Each vector of the recommender's own tests (U), or derived from its code (F), has a number from 1 to 61.
 * None is left out. The error of 39 is the rejection by `addOom`; the expiry of 42 is the age at which a container is forgotten;
 * the annotation of 56 is the cap itself.
 */
