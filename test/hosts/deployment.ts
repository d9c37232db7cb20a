/** A Deployment of the namespace `shop` with one container. Resources are lines of YAML. */
export const deploymentOf = (name: string, ...resources: readonly string[]): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: app
          image: example.com/${name}
          resources:
${resources.map((line) => `            ${line}\n`).join('')}`
