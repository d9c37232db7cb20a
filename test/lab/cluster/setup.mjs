// Builds the control plane for the tests, and copies the definitions of custom resources from their Go modules.
// usage: node test/lab/cluster/setup.mjs [--all]   (needs Go; 15 minutes the first time, on two cores)
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cache, definitions, kubernetesVersion, part } from './parts.mjs'

/** Custom resource definitions: module, and the files in it. */
const modules = {
  'k8s.io/autoscaler/vertical-pod-autoscaler@v1.4.1': ['deploy/vpa-v1-crd-gen.yaml'],
  'github.com/kedacore/keda/v2@v2.17.2': ['config/crd/bases/keda.sh_scaledobjects.yaml'],
  'github.com/argoproj/argo-rollouts@v1.8.3': ['manifests/crds/rollout-crd.yaml'],
  'github.com/argoproj/argo-cd/v3@v3.2.0': [
    'manifests/crds/application-crd.yaml',
    'manifests/crds/applicationset-crd.yaml',
  ],
  'github.com/fluxcd/kustomize-controller@v1.9.4': [
    'config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml',
  ],
  'github.com/fluxcd/helm-controller@v1.6.3': ['config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml'],
  'github.com/fluxcd/source-controller@v1.9.1': [
    'config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml',
  ],
}

const run = (args, cwd) =>
  execFileSync('nice', ['-n', '15', 'go', ...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })

function build(name, module, main) {
  if (part(name) !== undefined) return
  console.log(`Building ${name}`)
  const target = join(cache, name)
  const version = `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`
  const flags = ['-p', '2', '-trimpath', `-ldflags=-s -w ${version}`]
  run(['build', ...flags, '-o', target, main], join(import.meta.dirname, module))
}

function takeDefinitions() {
  mkdirSync(definitions, { recursive: true })
  for (const [module, files] of Object.entries(modules)) {
    const missing = files.filter((file) => !existsSync(join(definitions, nameOf(module, file))))
    if (missing.length === 0) continue
    try {
      const { Dir } = JSON.parse(run(['mod', 'download', '-json', module], tmpdir()))
      for (const file of missing) copyFileSync(join(Dir, file), join(definitions, nameOf(module, file)))
    } catch (error) {
      console.log(`No definitions from ${module}: ${error.message.split('\n', 1)[0]}`)
    }
  }
}

const nameOf = (module, file) =>
  `${module.split('@', 1)[0].split('/').slice(1).join('-')}-${file.split('/').at(-1)}`

mkdirSync(cache, { recursive: true })
takeDefinitions()
build('etcd', 'etcd', 'go.etcd.io/etcd/server/v3')
build('kube-apiserver', 'kubernetes', 'k8s.io/kubernetes/cmd/kube-apiserver')
// Only `npm run lab:loop`, its test and `npm run hpa:record` need these.
if (process.argv.includes('--all'))
  for (const name of ['kube-controller-manager', 'kube-scheduler'])
    build(name, 'kubernetes', `k8s.io/kubernetes/cmd/${name}`)
console.log(`The control plane is in ${cache}`)
