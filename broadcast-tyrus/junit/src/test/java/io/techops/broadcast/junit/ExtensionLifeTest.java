package io.techops.broadcast.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.testing.FreePort;
import io.techops.broadcast.testing.TestRun;
import io.techops.broadcast.tyrus.BroadcastServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** What becomes of the servers of tests that fail, that run at once, or that cannot begin. */
class ExtensionLifeTest {

    private static final List<BroadcastServer> SERVERS = new CopyOnWriteArrayList<>();
    private static final List<BroadcastHub> HUBS = new CopyOnWriteArrayList<>();
    private static final List<SocketClient> CLIENTS = new CopyOnWriteArrayList<>();
    private static final List<String> SAID = new CopyOnWriteArrayList<>();

    @BeforeEach
    void forget() {
        List.of(SERVERS, HUBS, CLIENTS, SAID).forEach(List::clear);
    }

    private static TestExecutionSummary run(Class<?> tests, Map<String, String> parameters) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests)).configurationParameters(parameters).build();
        LauncherFactory.create().execute(request, summary);
        return summary.getSummary();
    }

    static class Failing {

        /** At a port that no other process is given: it is to be free afterwards. */
        @RegisterExtension
        final BroadcastServerExtension live = BroadcastServerExtension.builder()
                .server(server -> server.port(FreePort.find())).build();

        @Test
        void fails(BroadcastServer server, BroadcastHub hub, SocketClient client) {
            SERVERS.add(server);
            HUBS.add(hub);
            CLIENTS.add(client);
            throw new IllegalStateException("on purpose");
        }

        @Test
        void failsToo(BroadcastServer server, BroadcastHub hub, SocketClient client) {
            fails(server, hub, client);
        }
    }

    @Test
    void everythingIsClosedAfterTestsThatFailAndEachHasItsOwn() {
        assertThat(run(Failing.class, Map.of()).getTestsFailedCount()).isEqualTo(2);
        assertThat(HUBS).doesNotHaveDuplicates().hasSize(2).allMatch(BroadcastHub::isClosed)
                .allMatch(hub -> hub.peers().isEmpty());
        assertThat(CLIENTS).hasSize(2).extracting(client -> client.closed().code()).as("by both sides at once, perhaps")
                .isSubsetOf(CloseReason.NORMAL, CloseReason.GOING_AWAY);
        try (BroadcastServer another =
                BroadcastServer.builder().host("127.0.0.1").port(SERVERS.get(0).port()).start()) {
            assertThat(another.port()).as("its port is free").isEqualTo(SERVERS.get(0).port());
        }
    }

    static class AtOnce {

        static final CyclicBarrier BOTH = new CyclicBarrier(2);

        @RegisterExtension
        static final BroadcastServerExtension LIVE = new BroadcastServerExtension();

        @Test
        void one(BroadcastHub hub, SocketClient client) throws Exception {
            BOTH.await(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
            HUBS.add(hub);
            hub.broadcast(client.toString());
            SAID.add(client.nextText().equals(client.toString().replace("taken 1", "taken 0")) ? "own" : "other");
            try {
                LIVE.hub();
            } catch (IllegalStateException e) {
                SAID.add(e.getMessage());
            }
            BOTH.await(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @Test
        void two(BroadcastHub hub, SocketClient client) throws Exception {
            one(hub, client);
        }
    }

    @Test
    void testsThatRunAtOnceHaveTheirOwnServersAndAreToldOfTheParameters() {
        TestExecutionSummary summary = run(AtOnce.class, Map.of(
                "junit.jupiter.execution.parallel.enabled", "true",
                "junit.jupiter.execution.parallel.mode.default", "concurrent",
                "junit.jupiter.execution.parallel.config.strategy", "fixed",
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "2"));
        assertThat(summary.getFailures()).isEmpty();
        assertThat(HUBS).hasSize(2).doesNotHaveDuplicates();
        String told = "2 tests run at once and share this object: let them have parameters, such as BroadcastServer or "
                + "SocketClient";
        assertThat(SAID).containsExactlyInAnyOrder("own", "own", told, told);
    }

    static class WrongSettings {

        @RegisterExtension
        final BroadcastServerExtension live = BroadcastServerExtension.builder()
                .server(server -> server.port(99_999)).build();

        @Test
        void neverRuns() {
            SAID.add("ran");
        }
    }

    static class AnotherHub {

        @RegisterExtension
        final BroadcastServerExtension live = BroadcastServerExtension.builder()
                .server(server -> {
                    BroadcastHub own = BroadcastHub.create();
                    HUBS.add(own);
                    return server.hub(own);
                }).build();

        @Test
        void neverRuns() {
            SAID.add("ran");
        }
    }

    static class InAConstructor {

        @RegisterExtension
        static final BroadcastServerExtension LIVE = new BroadcastServerExtension();

        InAConstructor(BroadcastHub hub) {
            SAID.add("made with " + hub);
        }

        @Test
        void neverRuns() {
            SAID.add("ran");
        }
    }

    private static String failure(Class<?> tests) {
        TestExecutionSummary summary = run(tests, Map.of());
        assertThat(summary.getFailures()).hasSize(1);
        assertThat(SAID).isEmpty();
        return String.valueOf(summary.getFailures().get(0).getException().getMessage());
    }

    @Test
    void settingsThatAreWrongFailTheTestWithWhatTheySay() {
        assertThat(failure(WrongSettings.class)).contains("port must be from 0 to 65535: 99999");
        assertThat(failure(AnotherHub.class)).contains("must not set a hub or topics");
        assertThat(HUBS).allMatch(BroadcastHub::isClosed);
    }

    @Test
    void aHubAndTopicsExcludeEachOther() {
        BroadcastServerExtension.Builder both = BroadcastServerExtension.builder().hub(hub -> hub).topics(all -> all);
        assertThatThrownBy(both::build).isInstanceOf(IllegalStateException.class)
                .hasMessage("hub and topics exclude each other: set up one of them");
    }

    @Test
    void aParameterWhereThereIsNoServerYetIsExplained() {
        assertThat(failure(InAConstructor.class)).contains("each test has a server of its own")
                .contains("BroadcastHub can be a parameter of @Test, @BeforeEach and @AfterEach methods only");
    }

    @Test
    void outsideOfATestThereIsNoServer() {
        assertThatThrownBy(() -> new BroadcastServerExtension().server())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("no test runs");
    }
}
