package io.techops.broadcast.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Backplane;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Position;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.redis.RedisBackplane;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.Installed;
import io.techops.broadcast.testing.OwnProcess;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.testing.Tls;
import io.techops.broadcast.testkit.MemoryClient;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

/** What there is in a context, by its properties and beans; without a container, as in a test with a mock of it. */
class ContextTest {

    private final WebApplicationContextRunner application = new WebApplicationContextRunner().withConfiguration(
            AutoConfigurations.of(BroadcastAutoConfiguration.class, RedisAutoConfiguration.class));

    @Test
    void theHubIsAtLiveUnlessAnythingIsSaid() {
        application.run(context -> {
            assertThat(context).hasSingleBean(BroadcastHub.class).doesNotHaveBean(Topics.class)
                    .doesNotHaveBean(Backplane.class);
            assertThat(context.getBean(ServerEndpointConfig.class).getPath()).isEqualTo("/live");
        });
    }

    @Test
    void topicsAloneAreServedIfOnlyTheyHaveAPath() {
        application.withPropertyValues("broadcast.topics.path=/rooms/{topic}").run(context -> {
            assertThat(context).hasSingleBean(Topics.class).doesNotHaveBean(BroadcastHub.class);
            assertThat(context.getBean(ServerEndpointConfig.class).getPath()).isEqualTo("/rooms/{topic}");
        });
    }

    @Test
    void aBeanOfTheApplicationTakesThePlaceOfEach() {
        BroadcastHub own = BroadcastHub.create();
        ServerEndpointExporter exporter = new EndpointExporter();
        application.withBean(BroadcastHub.class, () -> own).withBean(ServerEndpointExporter.class, () -> exporter)
                .run(context -> {
                    assertThat(context.getBean(BroadcastHub.class)).isSameAs(own);
                    assertThat(context.getBean(ServerEndpointExporter.class)).isSameAs(exporter);
                });
        assertThat(own.isClosed()).as("closed with the application").isTrue();
    }

    @Test
    void redisIsTheBackplaneIfItIsNamed() {
        application.withPropertyValues("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=1",
                "broadcast.backplane.start-timeout=0s").run(context -> {
                    assertThat(context).getBean(Backplane.class).isInstanceOf(RedisBackplane.class);
                    HubHealth health = new HubHealth(List.of(context.getBean(BroadcastHub.class)), List.of());
                    assertThat(health.details()).containsKey("hub");
                    await().untilAsserted(() -> assertThat(health.status()).isEqualTo("DOWN"));
                });
        application.withPropertyValues("broadcast.redis.uri=http://127.0.0.1").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.redis.uri: uri must be redis://"));
    }

    @Test
    void settingsOfABackplaneNeedOneUnlessRedisIsSwitchedOff() {
        String[] settings = {"broadcast.backplane.log=prices", "broadcast.backplane.timeout=1s",
            "broadcast.backplane.start-timeout=0s"};
        for (String setting : settings) {
            application.withPropertyValues(setting).run(context -> assertThat(context).getFailure().rootCause()
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining(" needs a backplane: "));
        }
        application.withPropertyValues(settings).withPropertyValues("broadcast.redis.enabled=false")
                .run(context -> assertThat(context).hasSingleBean(BroadcastHub.class));
    }

    @Test
    void theConnectionToRedisHasTheKeysOfAnSslBundle(@TempDir Path folder) throws Exception {
        Path keys = Tls.keyStore(folder, "only for tests");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (SSLServerSocket server = (SSLServerSocket) Tls.context(keys, "only for tests").getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setNeedClientAuth(true);
            Future<String> client = thread.submit(() -> {
                while (true) {
                    try (SSLSocket connected = (SSLSocket) server.accept()) {
                        SSLSession session = connected.getSession();
                        return session.getPeerPrincipal().getName() + " " + session.getProtocol();
                    } catch (SSLPeerUnverifiedException givenUp) {
                        // By the client, which had to wait too long: it tries again.
                    }
                }
            });
            application.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class)).withPropertyValues(
                    "spring.ssl.bundle.jks.redis.keystore.location=" + keys.toUri(),
                    "spring.ssl.bundle.jks.redis.keystore.password=only for tests",
                    "spring.ssl.bundle.jks.redis.truststore.location=" + keys.toUri(),
                    "spring.ssl.bundle.jks.redis.truststore.password=only for tests",
                    "spring.ssl.bundle.jks.redis.options.enabled-protocols=TLSv1.2",
                    "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + server.getLocalPort(),
                    "spring.data.redis.ssl.bundle=redis", "broadcast.backplane.start-timeout=0s").run(context -> {
                        assertThat(context).hasSingleBean(RedisBackplane.class);
                        assertThat(client).succeedsWithin(TestRun.LIMIT).isEqualTo("CN=localhost TLSv1.2");
                    });
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aHubPublishesThroughARedisBehindTlsThatAsksForTheKeysOfTheBundle(@TempDir Path folder) throws Exception {
        Installed.orSkip("redis-server", "BROADCAST_REQUIRE_REDIS");
        Path keys = Tls.keyStore(folder, "only for tests");
        Tls.writePem(keys, "only for tests", folder);
        WebApplicationContextRunner bundles =
                application.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class)).withPropertyValues(
                        "spring.ssl.bundle.pem.redis.keystore.certificate=" + folder.resolve("cert.pem").toUri(),
                        "spring.ssl.bundle.pem.redis.keystore.private-key=" + folder.resolve("key.pem").toUri(),
                        "spring.ssl.bundle.pem.redis.truststore.certificate=" + folder.resolve("cert.pem").toUri(),
                        "spring.ssl.bundle.pem.keyless.truststore.certificate=" + folder.resolve("cert.pem").toUri());
        try (OwnProcess redis = OwnProcess.redisBehindTls(folder, FreePort.find())) {
            String uri = "broadcast.redis.uri=rediss://localhost:" + redis.port();
            bundles.withPropertyValues(uri, "broadcast.redis.ssl-bundle=redis", "broadcast.redis.timeout=30s",
                    "broadcast.backplane.start-timeout=60s").run(context -> {
                BroadcastHub hub = context.getBean(BroadcastHub.class);
                await().untilAsserted(() -> assertThat(hub.stats().backplane().isAway()).isFalse());
                assertThat(hub.publish("through TLS").toCompletableFuture()).succeedsWithin(TestRun.LIMIT)
                        .extracting(Position::sequence).isEqualTo(1L);
            });
            bundles.withPropertyValues(uri, "broadcast.redis.ssl-bundle=keyless",
                    "broadcast.backplane.start-timeout=0s").run(context -> {
                        BroadcastHub hub = context.getBean(BroadcastHub.class);
                        await().untilAsserted(() -> assertThat(hub.stats().backplane().isAway()).isTrue());
                        assertThat(hub.tryBroadcast("without a key")).isFalse();
                    });
        }
    }

    @Test
    void anSslBundleThatIsUnknownOrWouldNotBeUsedIsAnError() {
        WebApplicationContextRunner bundles =
                application.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class));
        bundles.withPropertyValues("broadcast.redis.uri=rediss://127.0.0.1:1", "broadcast.redis.ssl-bundle=none")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("'none'"));
        bundles.withPropertyValues("broadcast.redis.uri=redis://127.0.0.1:1", "broadcast.redis.ssl-bundle=none")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(
                        "broadcast.redis.ssl-bundle needs URIs that begin with rediss: none"));
    }

    private static RedisAddress address(String... properties) {
        MockEnvironment environment = new MockEnvironment();
        for (String each : properties) {
            String[] parts = each.split("=");
            environment.setProperty("spring.data.redis." + parts[0], parts[1]);
        }
        return RedisAddress.of(environment);
    }

    @Test
    void whereRedisIsReadsAsSpringDataReadsIt() {
        assertThat(address().isKnown()).isFalse();
        assertThat(address("url=redis://u:p@host:1").uri()).isEqualTo("redis://u:p@host:1");
        assertThat(address("host=h", "database=2", "ssl.enabled=true").uri()).isEqualTo("rediss://h:6379/2");
        assertThat(address("host=h", "ssl.bundle=b").uri()).isEqualTo("rediss://h:6379/0");
        assertThat(address("host=h", "ssl.bundle=b", "ssl.enabled=false").uri()).isEqualTo("redis://h:6379/0");
        assertThat(address("sentinel.master=m", "sentinel.nodes=a:1,b:2").uri())
                .isEqualTo("redis-sentinel://a:1,b:2/0#m");
        assertThat(address("cluster.nodes=a:1,b:2").seeds()).containsExactly("redis://a:1", "redis://b:2");
    }

    @Test
    void theHealthIsUpUntilTheHubIsClosed() {
        BroadcastHub hub = BroadcastHub.create();
        HubHealth health = new HubHealth(List.of(hub), List.of());
        assertThat(health.status()).isEqualTo("UP");
        hub.close();
        assertThat(health.status()).isEqualTo("OUT_OF_SERVICE");
    }

    @Test
    void aNameOfRedisIsAnErrorWithoutTheDependency() {
        WebApplicationContextRunner without =
                application.withClassLoader(new FilteredClassLoader(RedisBackplane.class));
        for (String said : List.of("broadcast.redis.uri=redis://127.0.0.1:1",
                "broadcast.redis.cluster=redis://127.0.0.1:1", "broadcast.redis.enabled=true")) {
            without.withPropertyValues(said).run(context -> assertThat(context).getFailure().hasStackTraceContaining(
                    "broadcast.redis needs the dependency io.techops.broadcast:broadcast-redis"));
        }
        for (String said : List.of("broadcast.redis.enabled=false", "spring.data.redis.host=127.0.0.1")) {
            without.withPropertyValues(said).run(context -> assertThat(context).hasSingleBean(BroadcastHub.class));
        }
        application.withPropertyValues("broadcast.redis.uri=redis://127.0.0.1:1",
                "broadcast.redis.cluster=redis://127.0.0.1:1").run(context -> assertThat(context).getFailure()
                        .hasStackTraceContaining("broadcast.redis.uri and broadcast.redis.cluster exclude each other"));
    }

    @Test
    void whatABeanOfSettingsWouldOverrideIsAnError() {
        WebApplicationContextRunner own = application.withBean(EndpointSettings.class, EndpointSettings::standard);
        own.withBean(HandshakePolicy.class, HandshakePolicy::everyone).run(context -> assertThat(context).getFailure()
                .hasStackTraceContaining("A bean of type HandshakePolicy has no effect, because there is a bean of "
                        + "type EndpointSettings: set handshakePolicy there"));
        for (String said : List.of("allowed-origins=https://example.org", "subprotocols=chat", "handshake-timeout=1s",
                "max-message-bytes=1MB", "replay-limits.replay=50")) {
            own.withPropertyValues("broadcast." + said).run(context -> assertThat(context).getFailure()
                    .hasStackTraceContaining("broadcast." + said.replaceFirst("[=.](replay=)?.*", "")
                            + " has no effect, because there is a bean of type EndpointSettings"));
        }
        own.withPropertyValues("broadcast.max-message-bytes=64KB", "broadcast.topics.path=/rooms/{topic}")
                .run(context -> assertThat(context).hasNotFailed());
        HandshakePolicy policy = HandshakePolicy.everyone();
        application.withBean(HandshakePolicy.class, () -> policy).withBean(EndpointSettings.class,
                () -> EndpointSettings.standard().handshakePolicy(policy))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aMessageMayBeAsLongAsThePropertySays() {
        application.withPropertyValues("broadcast.max-message-bytes=1MB").run(context -> {
            try (MemoryClient client = MemoryClient.connect(context.getBean(BroadcastHub.class))) {
                client.send(new String(new char[100_000]));
                assertThat(client.next().size()).isEqualTo(100_000);
            }
        });
        application.withPropertyValues("broadcast.max-message-bytes=1MB")
                .withBean(MessagePolicy.class, () -> MessagePolicy.maxBytes(10)).run(context -> {
                    try (MemoryClient client = MemoryClient.connect(context.getBean(BroadcastHub.class))) {
                        client.send("eleven byte");
                        assertThat(client.closed().code()).isEqualTo(CloseReason.MESSAGE_TOO_BIG);
                    }
                });
    }

    @Test
    void nothingIsThereIfItIsSwitchedOff() {
        application.withPropertyValues("broadcast.enabled=false", "spring.data.redis.host=127.0.0.1")
                .run(context -> assertThat(context).doesNotHaveBean(BroadcastHub.class)
                        .doesNotHaveBean(Backplane.class).doesNotHaveBean(ServerEndpointConfig.class));
    }

    @Test
    void aValueThatIsNotTakenIsToldWithItsProperty() {
        application.withPropertyValues("broadcast.heartbeat=-1s").run(context -> assertThat(context).getFailure()
                .hasStackTraceContaining("broadcast.heartbeat: heartbeat must"));
        application.withPropertyValues("broadcast.subprotocols=chat,a b").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.subprotocols: subprotocol must be a token")
                .hasStackTraceContaining("a b"));
        application.withPropertyValues("broadcast.retention.key-bytes=-1B").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.retention.key-bytes: keyBytes must not be negative"));
        application.withPropertyValues("broadcast.retention.messages=0").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.retention.messages: messages must be from 1"));
        application.withPropertyValues("broadcast.max-message-bytes=2GB").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.max-message-bytes: maxMessageBytes must be from 1"));
        application.withPropertyValues("broadcast.topics.idle-timeout=1m").run(context -> assertThat(context)
                .getFailure().hasStackTraceContaining("broadcast.topics.idle-timeout needs broadcast.topics.path"));
        application.withPropertyValues("broadcast.topics.path=/rooms").run(context -> assertThat(context).getFailure()
                .hasStackTraceContaining("broadcast.topics.path must have the variable {topic}: /rooms"));
    }
}
