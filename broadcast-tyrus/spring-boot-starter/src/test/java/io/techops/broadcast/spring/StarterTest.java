package io.techops.broadcast.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.AttributeKey;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.Topics;
import io.techops.broadcast.endpoint.BroadcastEndpoint;
import io.techops.broadcast.endpoint.EndpointSettings;
import io.techops.broadcast.handshake.Decision;
import io.techops.broadcast.handshake.HandshakePolicy;
import io.techops.broadcast.handshake.PeerAttributes;
import io.techops.broadcast.testing.JdkClient;
import io.techops.broadcast.testing.TestRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** An application with the starter, Actuator and Spring Security, as a browser and its own beans see it. */
class StarterTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AttributeKey<String> GREETED = AttributeKey.of("greeted", String.class);
    private static final AttributeKey<String> DECIDED = AttributeKey.of("decided", String.class);
    private static final String ANNA = "Basic "
            + Base64.getEncoder().encodeToString("anna:secret".getBytes(StandardCharsets.UTF_8));

    private static ConfigurableApplicationContext application;
    private static int port;

    /** All that an application may have to say. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        SecurityFilterChain security(HttpSecurity http) throws Exception {
            return http.httpBasic(Customizer.withDefaults()).csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(all -> all.requestMatchers("/chat").authenticated().anyRequest().permitAll())
                    .build();
        }

        @Bean
        MessagePolicy loud() {
            return (context, message) -> MessagePolicy.Verdict.relay(
                    Message.text(((Message.Text) message).text().toUpperCase(Locale.ROOT)));
        }

        @Bean
        HandshakePolicy members() {
            return request -> "banned=1".equals(request.query()) ? Decision.refuse(402, "banned")
                    : "late=1".equals(request.query()) ? Decision.later(new CompletableFuture<>())
                    : "soon=1".equals(request.query()) ? Decision.later(CompletableFuture.supplyAsync(
                            () -> Decision.accept().attribute(DECIDED, request.principal().getName() + " later")))
                    : Decision.accept().attribute(DECIDED, request.principal().getName());
        }

        @Bean
        HubListener greeter() {
            return new HubListener() {
                @Override
                public void registered(Peer peer) {
                    peer.attributes().set(GREETED, "yes");
                }
            };
        }

        @Bean
        AtomicInteger customized() {
            return new AtomicInteger();
        }

        @Bean
        HubCustomizer counting(AtomicInteger customized) {
            return hub -> customized.incrementAndGet();
        }

        /** Speaks when it stops, as what listens to a queue does. */
        @Bean
        SmartLifecycle speaker(BroadcastHub hub) {
            return new SmartLifecycle() {
                private volatile boolean isRunning;

                @Override
                public void start() {
                    isRunning = true;
                }

                @Override
                public void stop() {
                    hub.broadcast("the last word");
                    isRunning = false;
                }

                @Override
                public boolean isRunning() {
                    return isRunning;
                }
            };
        }

        @Bean
        Topics.Recipe quiet() {
            return (topic, hub) -> {
                if (topic.equals("quiet")) {
                    hub.policy(MessagePolicy.nothing());
                }
            };
        }
    }

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Application.class).properties(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("spring.main.banner-mode", "off"),
                Map.entry("logging.level.root", "warn"),
                Map.entry("server.shutdown", "graceful"),
                Map.entry("management.endpoint.health.show-details", "always"),
                Map.entry("management.endpoints.web.exposure.include", "health,metrics"),
                Map.entry("spring.security.user.name", "anna"),
                Map.entry("spring.security.user.password", "secret"),
                Map.entry("broadcast.path", "/chat"),
                Map.entry("broadcast.replay-limits.replay", "3"),
                Map.entry("broadcast.subprotocols", "chat,news"),
                Map.entry("broadcast.handshake-timeout", "5s"),
                Map.entry("broadcast.allowed-origins", "https://example.org"),
                Map.entry("broadcast.topics.path", "/topics/{topic}"))).run();
        port = Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
    }

    /** The hub drains after what speaks by itself has stopped, and before the web server does. */
    @AfterAll
    static void peersGetTheLastWordAndAreTold() {
        try (JdkClient peer = anna("/chat")) {
            BroadcastHub hub = application.getBean(BroadcastHub.class);
            await().until(() -> hub.peers().size() == 1);
            application.close();
            assertThat(peer.next()).isEqualTo("the last word");
            assertThat(peer.closed()).isEqualTo(new JdkClient.Closed(1001, "the server is going away"));
        } finally {
            application.close();
        }
    }

    private static URI socket(String path) {
        return URI.create("ws://localhost:" + port + path);
    }

    private static JdkClient anna(String path) {
        return JdkClient.openWith("Authorization", ANNA, socket(path));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(TestRun.LIMIT)
                .build(), BodyHandlers.ofString());
    }

    @Test
    void aPeerIsTheUserOfSpringSecurityAndMeetsTheBeansOfTheApplication() {
        BroadcastHub hub = application.getBean(BroadcastHub.class);
        try (JdkClient peer = anna("/chat?replay=2")) {
            Peer registered = await().until(() -> hub.peers().stream().filter( // those of other tests may be there yet
                    each -> "replay=2".equals(each.attributes().get(PeerAttributes.QUERY))
                            && "yes".equals(each.attributes().get(GREETED))).findFirst(), Optional::isPresent)
                    .orElseThrow();
            assertThat(registered.attributes().get(PeerAttributes.PRINCIPAL).getName()).isEqualTo("anna");
            assertThat(registered.attributes().get(DECIDED)).as("by the handshake policy").isEqualTo("anna");
            assertThat(peer.send("hello").next()).isEqualTo("HELLO");
            hub.broadcast("from a bean");
            assertThat(peer.next()).isEqualTo("from a bean");
        }
        assertThat(application.getBean(AtomicInteger.class).get()).as("customized").isPositive();
        assertThat(application.getBean(EndpointSettings.class).replayLimits().replay()).isEqualTo(3);
    }

    @Test
    void aPageOfAnOriginThatIsNotAllowedDoesNotConnect() {
        assertThat(from("https://example.org")).succeedsWithin(TestRun.LIMIT).satisfies(WebSocket::abort);
        assertRefused(from("https://example.com"), 403);
    }

    @Test
    void whatThePolicyRefusesOrDoesNotDecideInTimeGetsAnHttpStatus() {
        long before = refusals(RefusalCause.POLICY);
        assertRefused(ask("/chat?banned=1"), 402);
        assertRefused(ask("/topics/any?banned=1"), 402);
        assertThat(refusals(RefusalCause.POLICY)).isEqualTo(before + 1);
        before = refusals(RefusalCause.TIMEOUT);
        assertRefused(ask("/chat?late=1"), 503);
        assertThat(refusals(RefusalCause.TIMEOUT)).isEqualTo(before + 1);
    }

    @Test
    void aDecisionMayComeLater() {
        try (JdkClient peer = anna("/chat?soon=1")) {
            BroadcastHub hub = application.getBean(BroadcastHub.class);
            await().until(() -> hub.peers().stream().anyMatch(
                    each -> "anna later".equals(each.attributes().get(DECIDED))));
            assertThat(peer.send("hello").next()).isEqualTo("HELLO");
        }
    }

    @Test
    void theSubprotocolThatThePropertiesPreferIsSpoken() {
        assertThat(HTTP.newWebSocketBuilder().header("Authorization", ANNA).subprotocols("broadcast.v1", "news", "chat")
                .buildAsync(socket("/chat"), new WebSocket.Listener() { })).succeedsWithin(TestRun.LIMIT)
                .satisfies(peer -> assertThat(peer.getSubprotocol()).isEqualTo("chat")).satisfies(WebSocket::abort);
    }

    private static long refusals(RefusalCause cause) {
        return application.getBean(BroadcastHub.class).stats().refusals(cause);
    }

    private static void assertRefused(CompletableFuture<WebSocket> asked, int status) {
        assertThat(asked).failsWithin(TestRun.LIMIT).withThrowableThat()
                .havingCause().isInstanceOfSatisfying(WebSocketHandshakeException.class,
                        refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(status));
    }

    private static CompletableFuture<WebSocket> ask(String path) {
        return HTTP.newWebSocketBuilder().header("Authorization", ANNA)
                .buildAsync(socket(path), new WebSocket.Listener() { });
    }

    private static CompletableFuture<WebSocket> from(String origin) {
        return HTTP.newWebSocketBuilder().header("Authorization", ANNA).header("Origin", origin)
                .buildAsync(socket("/chat"), new WebSocket.Listener() { });
    }

    @Test
    void topicsHaveTheRecipeOfTheApplication() {
        Topics topics = application.getBean(Topics.class);
        try (JdkClient loud = anna("/topics/loud"); JdkClient quiet = anna("/topics/quiet")) {
            await().until(() -> topics.hub("loud").peers().size() + topics.hub("quiet").peers().size() == 2);
            quiet.send("not relayed");
            topics.hub("quiet").broadcast("of the host");
            assertThat(quiet.next()).isEqualTo("of the host");
            assertThat(loud.send("hello").next()).isEqualTo("HELLO");
        }
    }

    @Test
    void theScriptTheHealthAndTheMetersAreServed() throws Exception {
        HttpResponse<String> script = get("/broadcast.js");
        assertThat(script.statusCode()).isEqualTo(200);
        try (var lying = BroadcastEndpoint.class.getResourceAsStream("/META-INF/resources/broadcast.js")) {
            assertThat(script.body()).isEqualTo(new String(lying.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertThat(get("/actuator/health").body()).containsPattern("\"broadcast\":\\{[^}]*\"hub\":\\{")
                .contains("\"topics\":{");
        application.getBean(BroadcastHub.class).broadcast("counted");
        System.gc(); // a meter that refers to nothing the application holds has no value after this
        assertThat(get("/actuator/metrics/broadcast.messages?tag=of:hub").body())
                .containsPattern("\"value\":[1-9][0-9]*\\.0");
        assertThat(get("/actuator/metrics/broadcast.peers?tag=of:topics").body()).containsPattern("\"value\":[0-9]");
        assertThat(get("/actuator/metrics/broadcast.refusals").body()).contains("\"closed\"").contains("\"backplane\"");
    }
}
