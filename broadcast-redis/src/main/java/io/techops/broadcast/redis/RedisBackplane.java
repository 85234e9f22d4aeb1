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
 * The backplane on Redis 6.2 or newer, or Valkey: one server, a master that Sentinels name, or a cluster.
 *
 * <pre>{@code
 * RedisBackplane backplane = RedisBackplane.builder()
 *         .uri("rediss://app:secret@redis.example.org:6380/2")
 *         .prefix("prices")
 *         .retentionAge(Duration.ofHours(2))
 *         .build();
 * }</pre>
 *
 * <p>A log is a stream and a hash, which share a hash tag; scripts append to it and read it, each in one atomic step.
 * What is appended is pushed to the nodes by publish and subscribe, and what a push did not bring is read from the
 * stream.
 *
 * <p>A new epoch begins whenever the server may have lost something: when it was restarted, with its data or without;
 * when a replica was promoted; when the state of the log was deleted, evicted or expired; when the log moved to
 * another server of a cluster. The scripts notice that before they append or read anything.
 *
 * <p>There is one connection to each server. If it is lost, or an answer does not come within {@link Builder#timeout},
 * a new one is made, after 100 ms at first and at most every second, until the backplane is closed. Until then the
 * calls of the logs fail at once. At the beginning, {@link Builder#build} does not wait for the server, and
 * {@link Builder#connect} does; calls of the logs wait until the first attempt to connect has ended.
 *
 * <p>Each call of a log is answered or fails within twice the {@link Builder#timeout}, one that waits for the first
 * attempt within five times that. Safe for use by any number of threads.
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

    /** {@return a builder, with the defaults of its settings} */
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
        } catch (Throwable failed) { // closed, or for want of memory
            log.close();
            throw failed;
        }
        return log;
    }

    @Override
    public void close() {
        client.close(servers.close());
    }

    /** {@return what the names of its keys begin with; nothing of a URI, which may hold a password} */
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

    /** Collects the settings of a {@link RedisBackplane}. Not safe for use by several threads. */
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
         * Sets where the server is. Default: {@code redis://localhost}.
         *
         * @param uri {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…} for TLS,
         *     or {@code redis-sentinel://[password@]host[:port][,host…][/database]#master} ({@code rediss-sentinel://}
         *     for TLS); user and password percent-encoded
         * @return this builder
         * @throws IllegalArgumentException if it is none of them; the message does not hold it, because of the password
         */
        public Builder uri(String uri) {
            ServerUris.parsed(uri);
            uris = List.of(uri);
            cluster = false;
            return this;
        }

        /**
         * Sets that the servers are a Redis Cluster, and where some of them are. Every log is on the master that has
         * its slot.
         *
         * @param seeds at least one, {@code redis://…} or {@code rediss://…} as in {@link #uri}, without a database;
         *     their credentials and TLS are used for all servers of the cluster
         * @return this builder
         * @throws IllegalArgumentException if there is none, or one is not so
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
         * Sets who logs in. Default: what the URI says.
         *
         * @param name the ACL user; {@code null} for the default one
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
         * Sets which certificates are trusted with {@code rediss://}. Default: those of the JVM.
         *
         * @param pem a file with one or more certificates
         * @return this builder
         * @throws IllegalArgumentException if it is not so
         */
        public Builder trustedCertificates(Path pem) {
            trusted = Certificates.checked("trustedCertificates", pem);
            return this;
        }

        /**
         * Sets with which certificate this client authenticates itself with {@code rediss://}. Default: none.
         *
         * @param pem a file with the certificate, and its chain
         * @param pkcs8 a file with its key, PEM, not encrypted
         * @return this builder
         * @throws IllegalArgumentException if it is not so
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
         * Sets who is trusted with {@code rediss://}, and how this client authenticates itself, where the application
         * has both already; in place of {@link #trustedCertificates} and {@link #clientCertificate}.
         *
         * @param keys with the client's key, or none
         * @param trust decides about the server's certificate
         * @param parameters protocols and cipher suites, if it has any; nothing else is looked at
         * @return this builder
         */
        public Builder tls(KeyManagerFactory keys, TrustManagerFactory trust, SSLParameters parameters) {
            tls = Certificates.options(keys, trust, parameters);
            return this;
        }

        /**
         * Sets what the names of all keys and channels begin with: {@code <prefix>:{<log>}:…}. Default:
         * {@code broadcast}. Nodes with the same prefix on the same database share their logs; channels are shared by
         * all databases of a server, so two systems need two prefixes.
         *
         * @param text 1 to 64 characters, no braces
         * @return this builder
         * @throws IllegalArgumentException if it is not so
         */
        public Builder prefix(String text) {
            if (!text.matches("[^{}]{1,64}")) {
                throw new IllegalArgumentException("prefix must be 1 to 64 characters without braces: " + text);
            }
            prefix = text;
            return this;
        }

        /**
         * Sets how many messages of each log Redis keeps: history for nodes that start, and for clients that come back.
         * The log is cut at this bound, {@link #retentionBytes} or {@link #retentionAge}, whichever is reached first,
         * and at each approximately: Redis removes entries of a stream by the hundred or by 4 KiB. At least what the
         * hubs keep ({@link io.techops.broadcast.Retention}) is sensible.
         *
         * @param most 10,000 by default; at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder retentionMessages(int most) {
            messages = (int) atLeast("retentionMessages", most, 1);
            return this;
        }

        /**
         * Sets how many bytes of each log Redis keeps, as {@link #retentionMessages} says.
         *
         * @param most 32 MiB by default; at least 1,024
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder retentionBytes(long most) {
            bytes = atLeast("retentionBytes", most, 1_024);
            return this;
        }

        /**
         * Sets for how long Redis keeps the messages of each log, as {@link #retentionMessages} says. It is looked at
         * when something is appended.
         *
         * @param most an hour by default; at least a second
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder retentionAge(Duration most) {
            age = atLeast("retentionAge", most, Duration.ofSeconds(1));
            return this;
        }

        /**
         * Sets for how long a log that no node has open outlives its last use; then Redis deletes it, and when it is
         * used again, a new epoch begins. Default: a day.
         *
         * @param idle at least a minute
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder expiry(Duration idle) {
            expiry = atLeast("expiry", idle, Duration.ofMinutes(1));
            return this;
        }

        /**
         * Sets how long an answer and a connection may take; after that the connection is given up. Default: 2
         * seconds. It is also the longest for which a script of another client may occupy Redis.
         *
         * @param limit at least 100 ms
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder timeout(Duration limit) {
            timeout = atLeast("timeout", limit, Duration.ofMillis(100));
            return this;
        }

        /**
         * Sets how often a log is read from Redis although nothing was pushed: in case a push was lost, and to notice
         * that Redis is away. Default: 1 second; 2 ms more for each log beyond 500.
         *
         * @param pause at least 100 ms
         * @return this builder
         * @throws IllegalArgumentException if it is less
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
         * Makes the backplane, which begins to connect. Does not wait for the server: while it cannot be reached or
         * refuses, that is logged, and tried again.
         *
         * @return the backplane
         */
        public RedisBackplane build() {
            List<RedisURI> complete = ServerUris.complete(uris, user, password, sentinelPassword, clientName, timeout);
            Settings settings = new Settings(complete, cluster, prefix, messages, bytes, age, expiry, timeout,
                    pollInterval);
            return new RedisBackplane(settings,
                    tls != null ? tls : Certificates.options(trusted, certificate, key));
        }

        /**
         * Makes the backplane, and waits until the server can be used, for three times the {@link #timeout}.
         *
         * @return the backplane
         * @throws BackplaneException if the server cannot be reached, or refuses; the message says why, and which
         *     setting has to do with it
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
