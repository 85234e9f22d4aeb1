package io.techops.broadcast.benchmarks;

import io.techops.broadcast.benchmarks.Setup.Front;
import java.util.List;
import java.util.Locale;

/**
 * One thing that is measured.
 *
 * @param id its name in files and on the command line
 * @param title its name in the report
 * @param together scenarios with the same word here are measured in the same rounds, one after the other
 * @param setup how the servers are started
 * @param traffic what the peers do
 * @param memory whether the memory of idle peers is measured too, and what a handshake costs
 * @param others whether servers take part that are neither this library nor the limit
 */
record Scenario(String id, String title, String together, Setup setup, Traffic traffic, boolean memory,
        boolean others) {

    static final Scenario FAN_1 = of("fan-1", "1,000 peers x 64 B, 1 message in flight", Traffic.fan(1000, 64, 1));
    static final Scenario FAN_64 = of("fan-64", "1,000 peers x 64 B, 64 messages in flight",
            Traffic.fan(1000, 64, 64));
    static final Scenario NUMBERED_1 = alone("numbered-1", "Numbered: 1,000 peers x 64 B, 1 message in flight",
            "fan-1", Setup.PLAIN, Traffic.fan(1000, 64, 1).in(Dialect.NUMBERED));
    static final Scenario NUMBERED_64 = alone("numbered-64", "Numbered: 1,000 peers x 64 B, 64 messages in flight",
            "fan-64", Setup.PLAIN, Traffic.fan(1000, 64, 64).in(Dialect.NUMBERED));
    static final Scenario SSE_1 = alone("sse-1", "Server-Sent Events: 1,000 peers x 64 B, 1 message in flight",
            "fan-1", Setup.behind(Front.EVENTS), Traffic.fan(1000, 64, 1).in(Dialect.EVENTS));
    static final Scenario SSE_64 = alone("sse-64", "Server-Sent Events: 1,000 peers x 64 B, 64 messages in flight",
            "fan-64", Setup.behind(Front.EVENTS), Traffic.fan(1000, 64, 64).in(Dialect.EVENTS));
    static final Scenario WIDE = of("wide", "5,000 peers x 64 B, 16 messages in flight", Traffic.fan(5000, 64, 16));
    static final Scenario CHAT = of("chat", "Chat: 100 peers x 64 B that all publish, 1 message each in flight",
            Traffic.chat(100, 64, 1)).with(Setup.on(2));
    static final Scenario CHAT_4 = alone("chat-4", "Chat: 100 peers x 64 B that all publish, 4 messages each in flight",
            "chat", Setup.on(2), Traffic.chat(100, 64, 4));
    static final Scenario CHAT_ONE = alone("chat-one", "Chat on one processor, 1 message each in flight",
            "chat-one", Setup.on(1), Traffic.chat(100, 64, 1));
    static final Scenario CHAT_4_ONE = alone("chat-4-one", "Chat on one processor, 4 messages each in flight",
            "chat-one", Setup.on(1), Traffic.chat(100, 64, 4));
    static final Scenario LARGE = of("large", "200 peers x 16 KiB, 16 messages in flight",
            Traffic.fan(200, 16_384, 16)).with(Setup.on(2));
    static final Scenario LARGE_ONE = alone("large-one", "200 peers x 16 KiB on one processor, 16 messages in flight",
            "large-one", Setup.on(1), Traffic.fan(200, 16_384, 16));
    static final Scenario RATE = of("rate", "1,000 peers x 64 B, 20 messages a second", Traffic.paced(1000, 64, 20));
    static final Scenario RESUME_NONE = alone("resume-none", "1,000 numbered peers x 64 B, 20 messages a second",
            "resume", Setup.PLAIN, numbered(1000).with(BackgroundPeers.Kind.PRESENT, 0));
    static final Scenario RESUME_PRESENT = alone("resume-present",
            "1,000 numbered peers x 64 B, 20 messages a second, 1,000 more beside them",
            "resume", Setup.PLAIN, numbered(1000).with(BackgroundPeers.Kind.PRESENT, 1000));
    static final Scenario RESUME = alone("resume",
            "1,000 numbered peers x 64 B, 20 messages a second, while 1,000 more come back that have missed 1,000",
            "resume", Setup.PLAIN, numbered(1000).with(BackgroundPeers.Kind.RETURNING, 1000));
    static final Scenario KEYS_NONE = alone("keys-none", "100 peers x 64 B, 64 messages in flight, without keys",
            "keys", Setup.PLAIN, Traffic.fan(100, 64, 64).with(BackgroundPeers.Kind.SLOW, 0));
    static final Scenario KEYS = alone("keys", "100 peers x 64 B, 64 messages in flight, 10,000 keys that conflate",
            "keys", Setup.behind(Front.KEYS), Traffic.fan(100, 64, 64).with(BackgroundPeers.Kind.SLOW, 0));
    static final Scenario KEYS_SLOW = alone("keys-slow",
            "100 peers x 64 B, 64 messages in flight, 10,000 keys that conflate, and 20 slow peers",
            "keys", Setup.behind(Front.KEYS), Traffic.fan(100, 64, 64).with(BackgroundPeers.Kind.SLOW, 20));
    static final Scenario GROW_100 = of("grow-100", "100 peers x 64 B, 1 message in flight", Traffic.fan(100, 64, 1));
    static final Scenario GROW_10000 = new Scenario("grow-10000", "10,000 peers x 64 B, 1 message in flight",
            "grow-10000", Setup.PLAIN, Traffic.fan(10_000, 64, 1), true, true);
    static final Scenario INCOMING = alone("incoming", "Incoming: 1 peer that sends itself 32 B, 1,000 in flight",
            "incoming", Setup.PLAIN, Traffic.fan(1, 32, 1000));
    static final Scenario IGNORED = alone("ignored", "Incoming: 1 peer that sends 10,000 x 32 B that are ignored",
            "incoming", Setup.PLAIN, Traffic.ignored(32, 10_000));
    static final Scenario HANDSHAKE = alone("handshake", "Connect, handshake, close with 1000",
            "handshake", Setup.PLAIN, Traffic.churn(Closing.NORMAL, false));
    static final Scenario HANDSHAKE_AWAY = alone("handshake-away", "Connect, handshake, close with 1001",
            "handshake", Setup.PLAIN, Traffic.churn(Closing.GOING_AWAY, false));
    static final Scenario HANDSHAKE_EMPTY = alone("handshake-empty", "Connect, handshake, close without a code",
            "handshake", Setup.PLAIN, Traffic.churn(Closing.EMPTY, false));
    static final Scenario HANDSHAKE_POLICY = alone("handshake-policy",
            "Connect, handshake with a policy, close without a code",
            "handshake", Setup.behind(Front.POLICY), Traffic.churn(Closing.EMPTY, false));
    static final Scenario HANDSHAKE_PAGES = alone("handshake-pages",
            "Connect, handshake on a port with pages, close without a code",
            "handshake", Setup.behind(Front.PAGES), Traffic.churn(Closing.EMPTY, false));
    static final Scenario TLS_1 = of("tls-1", "TLS: 200 peers x 64 B, 1 message in flight",
            Traffic.fan(200, 64, 1)).with(Setup.TLS);
    static final Scenario TLS_64 = of("tls-64", "TLS: 200 peers x 64 B, 64 messages in flight",
            Traffic.fan(200, 64, 64)).with(Setup.TLS);
    static final Scenario HANDSHAKE_TLS = alone("handshake-tls",
            "TLS: connect, handshake, close without a code, new sessions",
            "handshake-tls", Setup.TLS, Traffic.churn(Closing.EMPTY, false));
    static final Scenario HANDSHAKE_TLS_RESUMED = alone("handshake-tls-resumed",
            "TLS: connect, handshake, close without a code, resumed sessions",
            "handshake-tls", Setup.TLS, Traffic.churn(Closing.EMPTY, true));

    static final Scenario REDIS_NONE = alone("redis-none", "One node without Redis: 1,000 peers x 64 B, 64 in flight",
            "redis", Setup.PLAIN, Traffic.fan(1000, 64, 64));
    static final Scenario REDIS_1 = alone("redis-1", "One node on Redis: 500 peers x 64 B, 64 in flight",
            "redis", Setup.onRedis(Front.NODE, 1), Traffic.fan(500, 64, 64));
    static final Scenario REDIS_2 = of("redis-2", "Two nodes on Redis: 2 x 500 peers x 64 B, 64 in flight",
            Traffic.fan(1000, 64, 64)).onRedis(2);
    static final Scenario REDIS_3 = alone("redis-3", "Three nodes on Redis: 3 x 500 peers x 64 B, 64 in flight",
            "redis", Setup.onRedis(Front.NODE, 3), Traffic.fan(1500, 64, 64));
    static final Scenario REDIS_RATE = of("redis-rate",
            "Two nodes on Redis: 2 x 500 peers x 64 B, 20 messages a second", Traffic.paced(1000, 64, 20)).onRedis(2);
    static final Scenario REDIS_TOPICS_1 = topics("redis-topics-1", 1, 1000);
    static final Scenario REDIS_TOPICS_10 = topics("redis-topics-10", 10, 100);
    static final Scenario REDIS_TOPICS_1000 = topics("redis-topics-1000", 1000, 1);

    static final Scenario JSON_1K_1 = json("json-1k-1", "1,000 peers x 1 KiB of JSON, 1 in flight", 1024, 1);
    static final Scenario SIZE_1K_1 = size("size-1k-1", "1,000 peers, what 1 KiB of JSON is compressed, 1 in flight",
            1024, 1);
    static final Scenario DEFLATE_1K_1 = deflate("deflate-1k-1", "1,000 peers x 1 KiB of JSON, compressed, 1 in flight",
            1024, 1);
    static final Scenario JSON_1K_64 = json("json-1k-64", "1,000 peers x 1 KiB of JSON, 64 in flight", 1024, 64);
    static final Scenario SIZE_1K_64 = size("size-1k-64",
            "1,000 peers, what 1 KiB of JSON is compressed, 64 in flight", 1024, 64);
    static final Scenario DEFLATE_1K_64 = deflate("deflate-1k-64",
            "1,000 peers x 1 KiB of JSON, compressed, 64 in flight", 1024, 64);
    static final Scenario JSON_16K_1 = json("json-16k-1", "1,000 peers x 16 KiB of JSON, 1 in flight", 16_384, 1);
    static final Scenario SIZE_16K_1 = size("size-16k-1",
            "1,000 peers, what 16 KiB of JSON is compressed, 1 in flight", 16_384, 1);
    static final Scenario DEFLATE_16K_1 = deflate("deflate-16k-1",
            "1,000 peers x 16 KiB of JSON, compressed, 1 in flight", 16_384, 1);
    static final Scenario JSON_16K_64 = json("json-16k-64", "1,000 peers x 16 KiB of JSON, 64 in flight", 16_384, 64);
    static final Scenario SIZE_16K_64 = size("size-16k-64",
            "1,000 peers, what 16 KiB of JSON is compressed, 64 in flight", 16_384, 64);
    static final Scenario DEFLATE_16K_64 = deflate("deflate-16k-64",
            "1,000 peers x 16 KiB of JSON, compressed, 64 in flight", 16_384, 64);
    static final Scenario JSON_IDLE = new Scenario("json-idle", "Memory: 1,000 peers x 1 KiB of JSON, 1 in flight",
            "deflate-idle", Setup.PLAIN, Traffic.fan(1000, 1024, 1).in(Dialect.JSON), true, false);
    static final Scenario DEFLATE_IDLE = new Scenario("deflate-idle",
            "Memory: 1,000 peers x 1 KiB of JSON, compressed, 1 in flight",
            "deflate-idle", Setup.behind(Front.DEFLATE), Traffic.fan(1000, 1024, 1).in(Dialect.DEFLATED), true, true);

    /** In the order of a full run. */
    static final List<Scenario> ALL = List.of(FAN_1, NUMBERED_1, SSE_1, FAN_64, NUMBERED_64, SSE_64, CHAT,
            CHAT_4, CHAT_ONE, CHAT_4_ONE, LARGE, LARGE_ONE, RATE, RESUME_NONE, RESUME_PRESENT, RESUME, KEYS_NONE, KEYS,
            KEYS_SLOW, WIDE, GROW_100, GROW_10000, INCOMING, IGNORED, HANDSHAKE, HANDSHAKE_AWAY, HANDSHAKE_EMPTY,
            HANDSHAKE_POLICY, HANDSHAKE_PAGES, TLS_1, TLS_64, HANDSHAKE_TLS, HANDSHAKE_TLS_RESUMED, REDIS_NONE,
            REDIS_1, REDIS_2, REDIS_3, REDIS_RATE, REDIS_TOPICS_1, REDIS_TOPICS_10, REDIS_TOPICS_1000,
            JSON_1K_1, SIZE_1K_1, DEFLATE_1K_1, JSON_1K_64, SIZE_1K_64, DEFLATE_1K_64, JSON_16K_1, SIZE_16K_1,
            DEFLATE_16K_1, JSON_16K_64, SIZE_16K_64, DEFLATE_16K_64, JSON_IDLE, DEFLATE_IDLE);

    /** What all servers take part in. */
    private static Scenario of(String id, String title, Traffic traffic) {
        return new Scenario(id, title, id, Setup.PLAIN, traffic, false, true);
    }

    /** What only this library and the limits take part in. */
    private static Scenario alone(String id, String title, String together, Setup setup, Traffic traffic) {
        return new Scenario(id, title, together, setup, traffic, false, false);
    }

    private static Scenario topics(String id, int topics, int inFlight) {
        String title = String.format(Locale.ROOT,
                "Two nodes on Redis: 2 x 1,000 peers x 64 B, topics: %,d, %,d in flight in each", topics, inFlight);
        return alone(id, title, "redis-topics", Setup.onRedis(Front.TOPICS, 2),
                Traffic.topics(topics, 2000, 64, inFlight));
    }

    private Scenario onRedis(int nodes) {
        return new Scenario(id, title, "redis", Setup.onRedis(Front.NODE, nodes), traffic, memory, others);
    }

    /** This library without compression. */
    private static Scenario json(String id, String title, int bytes, int inFlight) {
        return alone(id, title, group(bytes), Setup.PLAIN, Traffic.fan(1000, bytes, inFlight).in(Dialect.JSON));
    }

    /** This library without compression, with messages that have as many bytes as those of {@code bytes} compressed. */
    private static Scenario size(String id, String title, int bytes, int inFlight) {
        int size = bytes == Json.SMALL ? Json.SMALL_DEFLATED : Json.LARGE_DEFLATED;
        return alone(id, title, group(bytes), Setup.PLAIN, Traffic.fan(1000, size, inFlight));
    }

    private static Scenario deflate(String id, String title, int bytes, int inFlight) {
        return new Scenario(id, title, group(bytes), Setup.behind(Front.DEFLATE),
                Traffic.fan(1000, bytes, inFlight).in(Dialect.DEFLATED), false, true);
    }

    private static String group(int bytes) {
        return "deflate-" + bytes;
    }

    private static Traffic numbered(int peers) {
        return Traffic.paced(peers, 64, 20).in(Dialect.NUMBERED);
    }

    private Scenario with(Setup other) {
        return new Scenario(id, title, together, other, traffic, memory, others);
    }

    static Scenario named(String id) {
        return ALL.stream().filter(scenario -> scenario.id.equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such scenario: " + id));
    }

    /** {@return the server that this scenario's figures are divided by} */
    String limit(String language) {
        return traffic.coalesces() ? language + "-coalescing" : language;
    }

    /** {@return whether this is a server that the figures are divided by} */
    boolean isLimit(Contender server) {
        return server.id().equals(limit("nio")) || server.id().equals(limit("c"));
    }

    /** {@return whether it is of the run with nodes that share a Redis server} */
    boolean isAboutRedis() {
        return setup.isOnRedis() || equals(REDIS_NONE);
    }

    /** {@return whether it is of the run with compression} */
    boolean isAboutCompression() {
        return together.startsWith("deflate");
    }

    /** {@return whether a server can take part} */
    boolean suits(Contender server) {
        if (isAboutCompression()) {
            return server.isOurs() || others && server.deflates();
        }
        if (server.isOurs() || setup.isOnRedis() || server.isOnRedis()) {
            return server.isOurs() || setup.isOnRedis() && server.isOnRedis() && others;
        }
        return setup.front() == Front.PLAIN && (server.tls() || !setup.tls())
                && traffic.dialect() == Dialect.PLAIN && (others || isLimit(server));
    }
}
