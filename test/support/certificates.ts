import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** An authority, and whom it vouches for. */
export interface Certificates {
  readonly ca: string;
  /** For `localhost`, 127.0.0.1 and ::1; its common name is `orders.test`. */
  readonly server: Certificate;
  /** The same, issued later; its common name is `orders-renewed.test`. */
  readonly renewedServer: Certificate;
  /** Its common name is `gateway.test`. */
  readonly client: Certificate;
  /** Vouched for by nobody; its common name is `stranger.test`. */
  readonly stranger: Certificate;
}

// Raise when what is issued below changes: it names the folder where certificates are kept.
const VERSION = 1;
const DAYS = '3650';
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1';
const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

let issued: Certificates | undefined;

/** Made once per machine with the `openssl` command, and kept in the folder for temporary files. */
export function certificates(): Certificates {
  issued ??= read(folder());
  return issued;
}

function folder(): string {
  const name = `nestjs-socket-pool-certificates-${VERSION}-${userInfo().uid}`;
  const wanted = join(tmpdir(), name);
  if (existsSync(wanted)) return wanted;
  const fresh = mkdtempSync(`${wanted}-`);
  issue(fresh);
  try {
    renameSync(fresh, wanted);
  } catch {
    // Another test process was quicker.
    rmSync(fresh, { recursive: true });
  }
  return wanted;
}

function issue(directory: string): void {
  selfSigned(directory, 'ca');
  selfSigned(directory, 'stranger');
  signed(directory, 'server', 'orders.test');
  signed(directory, 'renewed-server', 'orders-renewed.test');
  signed(directory, 'client', 'gateway.test');
}

function selfSigned(directory: string, name: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
  const subject = ['-subj', `/CN=${name}.test`, '-days', DAYS];
  openssl(directory, ['req', '-x509', ...EC_KEY, ...files, ...subject]);
}

function signed(directory: string, name: string, commonName: string): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
  openssl(directory, ['req', ...EC_KEY, ...files, '-subj', `/CN=${commonName}`]);
  writeFileSync(join(directory, `${name}.ext`), NAMES);
  const request = ['-req', '-in', `${name}.csr`, '-out', `${name}.crt`, '-days', DAYS];
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl(directory, ['x509', ...request, ...authority, '-extfile', `${name}.ext`]);
}

function openssl(directory: string, parameters: readonly string[]): void {
  execFileSync('openssl', parameters, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
}

function read(directory: string): Certificates {
  const text = (file: string): string => readFileSync(join(directory, file), 'utf8');
  const pair = (name: string): Certificate => ({
    key: text(`${name}.key`),
    cert: text(`${name}.crt`),
  });
  return {
    ca: text('ca.crt'),
    server: pair('server'),
    renewedServer: pair('renewed-server'),
    client: pair('client'),
    stranger: pair('stranger'),
  };
}
