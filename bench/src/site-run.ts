/** Madang's own processes and a generator, for suites that bring no stack: not pinned, so that all cores are theirs. */
import { pinServers } from "./cores.ts";
import { type Metered, meter, type Usage } from "./cpu.ts";
import { Generator } from "./generator.ts";
import { type Site, type SiteOptions, startSite } from "./madang-site.ts";

export interface SiteRun extends AsyncDisposable {
  readonly site: Site;
  readonly generator: Generator;
  meter(): () => Usage;
}

export async function startSiteRun(options: SiteOptions): Promise<SiteRun> {
  pinServers(false);
  const site = await startSite(options);
  const generator = new Generator({ pinned: false });
  const metered: Metered = { names: site.names, generators: [generator.pid] };
  return {
    site,
    generator,
    meter: () => meter(metered),
    [Symbol.asyncDispose]: async () => {
      await generator[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

/** As figures. */
export function coresOf({ serverCores, generatorCores, otherCores, byProcess }: Usage): { [figure: string]: number } {
  const each = Object.entries(byProcess).filter(([, cores]) => cores >= 0.001);
  const named = Object.fromEntries(each.map(([name, cores]) => [`cores of ${name}`, cores]));
  return { serverCores, ...named, generatorCores, otherCores };
}
