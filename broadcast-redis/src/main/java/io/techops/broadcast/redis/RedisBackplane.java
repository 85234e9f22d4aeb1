package io.techops.broadcast.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.techops.broadcast.spi.BackplaneException;
import io.techops.broadcast.spi.BackplaneException.Outcome;
import io.techops.broadcast.spi.SharedLog;
import io.techops.broadcast.spi.SharedLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The backplane on Redis 6.2 or newer, or Valkey: a single server, a master with Sentinels, or a cluster.
 *
 * <pre>{@code
 * RedisBackplane backplane = RedisBackplane.builder()
 *         .uri("rediss://app:secret@redis.example.org:6380/2")
 *         .prefix("prices")
 *         .retentionAge(Duration.ofHours(2))
 *         .build();
 * }</pre>
 *
 * <p>A log consists of a stream and a hash, which share a hash tag. Scripts append to the log and read it, each in one
 * atomic step. Appended records are pushed to the nodes by publish and subscribe; a node reads records that it did not
 * get by a push from the stream. A message, with its key, may have at most 16 MiB.
 *
 * <p>A new epoch begins whenever the server may have lost records: after a restart, with or without its data; after a
 * replica was promoted; after the keys of the log were deleted, evicted or expired; and after the log moved to another
 * server of a cluster. The scripts detect that before they append or read anything.
 *
 * <p>There is one connection to each server. If it is lost, or an answer does not come within {@link Builder#timeout},
 * the backplane connects again: after 100 ms, then after twice as long each time, up to one second, until the backplane
 * is closed. While there is no connection, the calls of the logs fail at once. {@link Builder#build} does not wait for
 * the first connection, and {@link Builder#connect} does; calls of the logs wait until the first attempt to connect has
 * ended.
 *
 * <p>Each call of a log completes or fails within twice the {@link Builder#timeout}; a call that waits for the first
 * attempt to connect, within five times the timeout. Safe for use by any number of threads.
 */
public final class RedisBackplane implements SharedLogs {

    private final Settings settings;
    private final LettuceClient client;
    private final Servers servers;

    private RedisBackplane(Settings settings, @Nullable SslOptions tls) {
        this.settings = settings;
        client = new LettuceClient(settings.timeout(), tls);
        servers = new Servers(client.client(), settings, client.timer());
        servers.start();
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public SharedLog open(String name, Runnable changed) {
        Objects.requireNonNull(changed, "changed");
        if (name.isEmpty() || name.length() > 256) {
            throw new IllegalArgumentException("name must have 1 to 256 characters: " + name);
        }
        RedisLog log = new RedisLog(servers, settings, name, changed);
        try {
            servers.add(log);
        } catch (Throwable failed) { // the backplane is closed, or there is no memory
            log.close();
            throw failed;
        }
        return log;
    }

    @Override
    public void close() {
        client.close(servers.close());
    }

    /** {@return a text with the prefix of the keys, and without the URI, which may contain a password} */
    @Override
    public String toString() {
        return "Redis, prefix " + settings.prefix();
    }

    private void awaitFirst() {
        long limit = settings.timeout().multipliedBy(3).toMillis();
        try {
            servers.firstUp().get(limit, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackplaneException(Outcome.REFUSED, "interrupted while connecting", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new BackplaneException(Outcome.REFUSED, servers.trouble(), e);
        }
    }

    /**
     * Sets up a {@link RedisBackplane}. Every setting has a default; a setting is checked when it is given. Not safe
     * for use by many threads.
     */
    public static final class Builder {

        private List<String> uris = List.of("redis://localhost");
        private boolean cluster;
        private @Nullable String user;
        private @Nullable String password;
        private @Nullable String sentinelPassword;
        private @Nullable String clientName;
        private @Nullable Path trusted;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private @Nullable SslOptions tls;
        private String prefix = "broadcast";
        private int messages = 10_000;
        private long bytes = 32L << 20;
        private Duration age = Duration.ofHours(1);
        private Duration expiry = Duration.ofDays(1);
        private Duration timeout = Duration.ofSeconds(2);
        private Duration pollInterval = Duration.ofSeconds(1);

        private Builder() {
        }

        /**
         * Sets the URI of the server, or of the Sentinels. Default: {@code redis://localhost}.
         *
         * @param uri {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…} for TLS,
         *     or {@code redis-sentinel://[password@]host[:port][,host…][/database]#master} ({@code rediss-sentinel://}
         *     for TLS); user and password percent-encoded
         * @return this builder
         * @throws IllegalArgumentException if it has another form; the message does not contain the URI, because of the
         *     password
         */
        public Builder uri(String uri) {
            ServerUris.parsed(uri);
            uris = List.of(uri);
            cluster = false;
            return this;
        }

        /**
         * Sets the URIs of some servers of a Redis Cluster. Every log is on the master that has its slot.
         *
         * @param seeds at least one, {@code redis://…} or {@code rediss://…} as in {@link #uri}, without a database;
         *     their credentials and TLS are used for all servers of the cluster
         * @return this builder
         * @throws IllegalArgumentException if there is no seed, or one of them has another form
         */
        public Builder cluster(String... seeds) {
            if (seeds.length == 0) {
                throw new IllegalArgumentException("seeds must not be empty");
            }
            for (String seed : seeds) {
                ServerUris.parsedSeed(seed);
            }
            uris = List.of(seeds);
            cluster = true;
            return this;
        }

        /**
         * Sets the credentials. Default: those of the URI.
         *
         * @param name the ACL user; {@code null} for the default user
         * @param secret the password
         * @return this builder
         */
        public Builder credentials(@Nullable String name, String secret) {
            user = name;
            password = Objects.requireNonNull(secret, "secret");
            return this;
        }

        /**
         * Sets the password of the Sentinels themselves. Default: none.
         *
         * @param secret the password
         * @return this builder
         */
        public Builder sentinelPassword(String secret) {
            sentinelPassword = Objects.requireNonNull(secret, "secret");
            return this;
        }

        /**
         * Sets the name of the connections in the server's {@code CLIENT LIST}, such as that of the node. Default:
         * none.
         *
         * @param name the name, without spaces
         * @return this builder
         * @throws IllegalArgumentException if it is empty or has characters other than {@code !} to {@code ~}
         */
        public Builder clientName(String name) {
            if (!name.matches("[!-~]+")) {
                throw new IllegalArgumentException("clientName must be printable ASCII without spaces: " + name);
            }
            clientName = name;
            return this;
        }

        /**
         * Sets the certificates that are trusted with {@code rediss://}. Default: those of the JVM.
         *
         * @param pem a file with one or more certificates
         * @return this builder
         * @throws IllegalArgumentException if it is not as described
         */
        public Builder trustedCertificates(Path pem) {
            trusted = Certificates.checked("trustedCertificates", pem);
            return this;
        }

        /**
         * Sets the certificate with which this client authenticates with {@code rediss://}. Default: none.
         *
         * @param pem a PEM file with the certificate and its chain
         * @param pkcs8 a PEM file with the key, not encrypted
         * @return this builder
         * @throws IllegalArgumentException if it is not as described
         */
        public Builder clientCertificate(Path pem, Path pkcs8) {
            if (!Files.isReadable(pkcs8)) {
                throw new IllegalArgumentException("clientCertificate must have a key that can be read: " + pkcs8);
            }
            certificate = Certificates.checked("clientCertificate", pem);
            key = pkcs8;
            return this;
        }

        /**
         * Sets the key managers and trust managers for {@code rediss://}, in place of {@link #trustedCertificates} and
         * {@link #clientCertificate}.
         *
         * @param keys the factory of key managers, with or without a key of this client
         * @param trust the factory of trust managers, which check the server's certificate
         * @param parameters the protocols and cipher suites, if set; everything else is ignored
         * @return this builder
         */
        public Builder tls(KeyManagerFactory keys, TrustManagerFactory trust, SSLParameters parameters) {
            tls = Certificates.options(keys, trust, parameters);
            return this;
        }

        /**
         * Sets the prefix of all keys and channels: {@code <prefix>:{<log>}:…}. Default: {@code broadcast}. Nodes with
         * the same prefix on the same database share their logs. Channels are shared by all databases of a server, so
         * two systems on one server need different prefixes.
         *
         * @param text 1 to 64 characters, no braces
         * @return this builder
         * @throws IllegalArgumentException if it is not as described
         */
        public Builder prefix(String text) {
            if (!text.matches("[^{}]{1,64}")) {
                throw new IllegalArgumentException("prefix must be 1 to 64 characters without braces: " + text);
            }
            prefix = text;
            return this;
        }

        /**
         * Sets how many messages of each log Redis keeps, for nodes that start and for clients that resume. The log is
         * trimmed when this bound, {@link #retentionBytes} or {@link #retentionAge} is reached. All three bounds are
         * approximate, because Redis removes entries of a stream in nodes of a hundred entries or 4 KiB. Keep at least
         * as much as the hubs do ({@link io.techops.broadcast.Retention}).
         *
         * @param most 10,000 by default; at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder retentionMessages(int most) {
            messages = (int) atLeast("retentionMessages", most, 1);
            return this;
        }

        /**
         * Sets how many bytes of each log Redis keeps, see {@link #retentionMessages}.
         *
         * @param most 32 MiB by default; at least 1,024
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder retentionBytes(long most) {
            bytes = atLeast("retentionBytes", most, 1_024);
            return this;
        }

        /**
         * Sets for how long Redis keeps the messages of each log, see {@link #retentionMessages}. The age is checked at
         * each append.
         *
         * @param most an hour by default; at least a second
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder retentionAge(Duration most) {
            age = atLeast("retentionAge", most, Duration.ofSeconds(1));
            return this;
        }

        /**
         * Sets for how long Redis keeps a log after its last use by any node. Redis then deletes the log; if it is used
         * again, a new epoch begins. Default: a day.
         *
         * @param idle how long, at least a minute
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder expiry(Duration idle) {
            expiry = atLeast("expiry", idle, Duration.ofMinutes(1));
            return this;
        }

        /**
         * Sets how long a connection attempt and an answer may take; the connection is then given up. Default: 2
         * seconds. Scripts of other clients must not occupy Redis for longer than this.
         *
         * @param limit the limit, at least 100 ms
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder timeout(Duration limit) {
            timeout = atLeast("timeout", limit, Duration.ofMillis(100));
            return this;
        }

        /**
         * Sets how often a log is read from Redis if nothing is pushed, in case a push was lost, and to detect that
         * Redis is away. Default: 1 second. With more than 500 logs, the interval is at least 2 ms for each log. It is
         * at most a quarter of the {@link #expiry}, so that an open log does not expire.
         *
         * @param pause the interval, at least 100 ms
         * @return this builder
         * @throws IllegalArgumentException if it is less than the minimum
         */
        public Builder pollInterval(Duration pause) {
            pollInterval = atLeast("pollInterval", pause, Duration.ofMillis(100));
            return this;
        }

        private static long atLeast(String setting, long value, long least) {
            if (value < least) {
                throw new IllegalArgumentException(setting + " must be at least " + least + ": " + value);
            }
            return value;
        }

        private static Duration atLeast(String setting, Duration value, Duration least) {
            if (value.compareTo(least) < 0) {
                throw new IllegalArgumentException(setting + " must be at least " + least + ": " + value);
            }
            return value;
        }

        /**
         * Makes the backplane, which starts to connect. Does not wait for the server: if the server cannot be reached
         * or refuses the connection, a warning is logged, and the backplane tries again.
         *
         * @return the backplane
         * @throws IllegalStateException if a setting of TLS is given for a URI without it ({@code rediss://}), or the
         *     password of Sentinels for a URI without Sentinels
         */
        public RedisBackplane build() {
            List<RedisURI> complete = ServerUris.complete(uris, user, password, sentinelPassword, clientName, timeout);
            checkTogether(complete);
            Settings settings = new Settings(complete, cluster, prefix, messages, bytes, age, expiry, timeout,
                    pollInterval);
            return new RedisBackplane(settings,
                    tls != null ? tls : Certificates.options(trusted, certificate, key));
        }

        private void checkTogether(List<RedisURI> complete) {
            String encrypting = tls != null ? "tls" : trusted != null ? "trustedCertificates"
                    : certificate != null ? "clientCertificate" : null;
            if (encrypting != null && !complete.stream().allMatch(RedisURI::isSsl)) {
                throw new IllegalStateException(encrypting + " needs URIs that begin with rediss: "
                        + "the connection would not be encrypted");
            }
            if (sentinelPassword != null && complete.stream().allMatch(uri -> uri.getSentinels().isEmpty())) {
                throw new IllegalStateException("sentinelPassword needs a uri that begins with redis-sentinel");
            }
        }

        /**
         * Makes the backplane, and waits until it is connected, for at most three times the {@link #timeout}.
         *
         * @return the backplane
         * @throws IllegalStateException as {@link #build} does
         * @throws BackplaneException if the server cannot be reached, or refuses the connection; the message says why,
         *     and names the setting that is involved
         */
        public RedisBackplane connect() {
            RedisBackplane backplane = build();
            try {
                backplane.awaitFirst();
                return backplane;
            } catch (BackplaneException failed) {
                backplane.close();
                throw failed;
            }
        }
    }
}
