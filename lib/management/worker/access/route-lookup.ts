/** What of Express' router is looked at. */
interface RouterLayer {
  readonly route?: { readonly methods?: Readonly<Record<string, unknown>> };
  match?(path: string): unknown;
}

/** The methods that the path is known for; none when there is no such path. */
export function methodsOf(adapter: { getInstance<T>(): T }, url: string): readonly string[] {
  try {
    const { router } = adapter.getInstance<{ router?: { stack?: readonly RouterLayer[] } }>();
    const path = url.replace(/[?#].*$/s, '');
    const layers = (router?.stack ?? []).filter(
      (layer) => layer.route !== undefined && Boolean(layer.match?.(path)),
    );
    const methods = layers.flatMap(({ route }) => Object.keys(route?.methods ?? {}));
    const names = methods.map((method) => method.toUpperCase());
    return [...new Set(names.flatMap((name) => (name === 'GET' ? [name, 'HEAD'] : [name])))];
  } catch {
    // A path that cannot be decoded is nowhere.
    return [];
  }
}
