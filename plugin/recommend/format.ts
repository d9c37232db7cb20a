import { bytes, formatCpu, formatMemory, millicores } from '../model/quantity.ts'

/** Formats millicores for a sentence, rounded up: `415m`. */
export const cpuText = (value: number): string => formatCpu(millicores(Math.ceil(value)))
/** Formats bytes for a sentence, rounded up to whole MiB: `254Mi`. */
export const memoryText = (value: number): string => formatMemory(bytes(Math.ceil(value)))
/** Formats a share from 0 to 1 as a percentage with up to two decimals: `0.57 %`. */
export const shareText = (share: number): string => `${Math.round(share * 10_000) / 100} %`
/** Formats the name of a resource for a sentence: `CPU` or `memory`. */
export const resourceText = (resource: 'cpu' | 'memory'): string => (resource === 'cpu' ? 'CPU' : 'memory')
/** Says that a request or limit is not set; without a full stop. */
export const notSetText = (resource: 'cpu' | 'memory', part: 'request' | 'limit'): string =>
  `No ${resourceText(resource)} ${part} is set, and Tortoise never adds one`
/** Says that a container has no samples of a resource; without a full stop. */
export const noSamplesText = (resource: 'cpu' | 'memory'): string =>
  `No ${resourceText(resource)} samples found for this container`
