import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A chart with what makes releases hard: a key that a hook of the installation makes, as Sentry's chart does, and a Job that runs after
 * each step. `hook.stuck` gives the Job a node that does not exist; `broken` is a value for which it does not render.
 */
export function writeFixtureChart(folder: string, version = '1.0.0'): string {
  const chart = path.join(folder, `chart-${version}`);
  mkdirSync(path.join(chart, 'templates'), { recursive: true });
  for (const [file, text] of Object.entries(FILES)) writeFileSync(path.join(chart, file), text.replace('VERSION', version));
  return chart;
}

const FILES: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: fixture\nversion: VERSION\n',
  'values.yaml': 'replicas: 1\nhook: { stuck: false }\nsentry: {}\ns3: {}\n',
  'templates/key.yaml': `{{- if not .Values.sentry.existingSecret }}
apiVersion: v1
kind: Secret
metadata:
  name: sentry-sentry-secret
  annotations: { helm.sh/hook: pre-install, helm.sh/hook-delete-policy: before-hook-creation }
data: { key: {{ randAlphaNum 50 | b64enc }} }
{{- end }}
`,
  'templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}-web }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: { checksum: {{ toJson .Values.s3 | sha256sum }} }
    spec:
      containers:
        - name: web
          image: example.invalid/web:1
          env:
            - name: SECRET_KEY
              valueFrom:
                secretKeyRef: { name: {{ .Values.sentry.existingSecret | default "sentry-sentry-secret" }}, key: {{ .Values.sentry.existingSecretKey | default "key" }} }
{{- if .Values.broken }}
{{ fail "the value broken is set" }}
{{- end }}
`,
  'templates/migrate.yaml': `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations: { helm.sh/hook: "post-install,post-upgrade", helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    spec:
      restartPolicy: Never
      {{- if .Values.hook.stuck }}
      nodeSelector: { nowhere: "true" }
      {{- end }}
      containers: [{ name: migrate, image: "example.invalid/migrate:1" }]
`,
};
