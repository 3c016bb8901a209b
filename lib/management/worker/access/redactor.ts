const SECRET_NAME =
  /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY/i;
/** Shorter ones occur by chance. */
const MIN_SECRET_LENGTH = 8;
const MAX_SECRETS = 200;
/** `redis://user:secret@host`; bounded, so that no text makes it slow. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"\\]{1,200}@/gi;
const MASK = '***';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The last line of defence. No answer is meant to hold a secret; but error messages and indicators are
 * texts of others. What is known to be secret is masked in whatever goes out: the tokens of this
 * port, environment variables by whose name they are secrets, and credentials in URLs.
 */
export class Redactor {
  private readonly secrets: readonly string[];

  constructor(tokens: readonly (string | undefined)[], environment: Environment) {
    const named = Object.entries(environment).flatMap(([name, value]) =>
      SECRET_NAME.test(name) ? [value] : [],
    );
    const known = [...tokens, ...named].filter(
      (each): each is string => each !== undefined && each.length >= MIN_SECRET_LENGTH,
    );
    // As they are, and as they stand in JSON. Longer ones first: one may be the beginning of another.
    const forms = known
      .slice(0, MAX_SECRETS)
      .flatMap((each) => [each, JSON.stringify(each).slice(1, -1)]);
    this.secrets = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let result = text;
    for (const secret of this.secrets) {
      if (result.includes(secret)) result = result.replaceAll(secret, MASK);
    }
    return result.includes('://') ? result.replace(URL_CREDENTIALS, `$1${MASK}@`) : result;
  }
}
