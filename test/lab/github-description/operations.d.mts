export function calledOperations(): readonly string[]
