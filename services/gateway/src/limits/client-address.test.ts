import { describe, expect, test } from "vitest";
import { blockListOf, ClientAddresses } from "./client-address.ts";

const from = (peer: string, forwardedFor?: string) => ({ peer, forwardedFor });

const direct = new ClientAddresses();
const proxied = new ClientAddresses(["10.0.0.0/8", "127.0.0.1", "fd00::/8"]);

describe("[B1] the address that limits count", () => {
  test("is the peer's, whatever it says of itself, where no proxy is trusted", () => {
    expect(direct.of(from("203.0.113.7", "198.51.100.1"))).toBe("203.0.113.7");
    expect(proxied.of(from("203.0.113.7", "198.51.100.1"))).toBe("203.0.113.7");
  });

  test("is whom the last trusted proxy names, and not what a client wrote before it", () => {
    expect(proxied.of(from("10.1.2.3", "198.51.100.1"))).toBe("198.51.100.1");
    expect(proxied.of(from("10.1.2.3", "1.1.1.1, 198.51.100.1"))).toBe("198.51.100.1");
    expect(proxied.of(from("10.1.2.3", "198.51.100.1, 10.9.9.9"))).toBe("198.51.100.1");
    expect(proxied.of(from("127.0.0.1", "198.51.100.1:4711"))).toBe("198.51.100.1");
    expect(proxied.of(from("10.1.2.3", "127.0.0.1, 198.51.100.1"))).toBe("198.51.100.1");
  });

  test("is nobody's on this machine, and for a trusted proxy that names nobody", () => {
    expect(direct.of(from("127.0.0.1"))).toBeUndefined();
    expect(direct.of(from("::ffff:127.0.0.1"))).toBeUndefined();
    expect(direct.of(from("::1", "198.51.100.1"))).toBeUndefined();
    expect(proxied.of(from("10.1.2.3"))).toBeUndefined();
    expect(proxied.of(from("10.1.2.3", "nonsense"))).toBeUndefined();
    expect(direct.of({ peer: undefined, forwardedFor: undefined })).toBeUndefined();
  });

  test("ends where a hop cannot be read", () => {
    expect(proxied.of(from("10.1.2.3", "1.1.1.1, unknown, 10.2.2.2"))).toBeUndefined();
    expect(proxied.of(from("10.1.2.3", "1.1.1.1, unknown, 198.51.100.1"))).toBe("198.51.100.1");
  });

  test("is the /64 of an IPv6 address, however it is written", () => {
    expect(direct.of(from("2001:db8:1:2:3:4:5:6"))).toBe("2001:db8:1:2::/64");
    expect(direct.of(from("2001:DB8:1:2::9"))).toBe("2001:db8:1:2::/64");
    expect(direct.of(from("2001:db8::1"))).toBe("2001:db8:0:0::/64");
    expect(direct.of(from("fe80::1%eth0"))).toBe("fe80:0:0:0::/64");
    expect(proxied.of(from("fd00::1", "[2001:db8:1:2::9]:443"))).toBe("2001:db8:1:2::/64");
    expect(direct.of(from("::ffff:203.0.113.7"))).toBe("203.0.113.7");
  });
});

test("a proxy that names somebody and is not trusted is noticed; one that is, and whoever names nobody, is not", () => {
  expect(direct.passesOver(from("127.0.0.1", "198.51.100.1"))).toBe(true);
  expect(direct.passesOver(from("10.1.2.3", "198.51.100.1"))).toBe(true);
  expect(direct.passesOver(from("10.1.2.3"))).toBe(false);
  expect(proxied.passesOver(from("10.1.2.3", "198.51.100.1"))).toBe(false);
});

test.each(["10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "example.org", "", "10.0.0.0/"])(
  "%j is no address and no range",
  (range) => {
    expect(() => blockListOf([range])).toThrow("is no address and no range");
  },
);
