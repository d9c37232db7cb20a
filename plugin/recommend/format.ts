import { bytes, formatCpu, formatMemory, millicores } from '../model/quantity.ts'

/** Prints millicores for a sentence. */
export const cpuText = (value: number): string => formatCpu(millicores(Math.ceil(value)))
/** Prints bytes for a sentence, in whole MiB. */
export const memoryText = (value: number): string => formatMemory(bytes(Math.ceil(value)))
