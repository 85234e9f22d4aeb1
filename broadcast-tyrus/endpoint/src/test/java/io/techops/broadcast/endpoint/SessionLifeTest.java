package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Topics;
import io.techops.broadcast.testing.LogCatch;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a session that does not open, or end, as it should. */
class SessionLifeTest {

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final BroadcastHub hub = BroadcastHub.builder().listener(new HubListener() {
        @Override
        public void registered(Peer peer) {
            told.add("registered");
        }

        @Override
        public void unregistered(Peer peer, CloseReason reason) {
            told.add("unregistered " + reason.code());
        }
    }).build();
    private final FakeSession session = new FakeSession(Runnable::run);

    @AfterEach
    void stop() {
        hub.close(Duration.ZERO);
    }

    private void awaitTold(String... events) {
        await().untilAsserted(() -> assertThat(told).containsExactly(events));
    }

    private static jakarta.websocket.CloseReason reason(int code) {
        return new jakarta.websocket.CloseReason(CloseCodes.getCloseCode(code), "");
    }

    @Test
    void aSessionThatIsClosedIsNotRegistered() throws Exception {
        session.session().close(reason(4001));
        new BroadcastEndpoint(hub).open(session.session());
        assertThat(hub.stats().registrations()).isZero();
    }

    @Test
    void aSessionThatWasSaidToBeClosedIsNotRegisteredAlsoIfItSeemsToBeOpen() {
        BroadcastEndpoint endpoint = new BroadcastEndpoint(hub);
        endpoint.close(reason(4001));
        endpoint.open(session.session());
        assertThat(hub.stats().registrations()).isZero();
    }

    @Test
    void aSessionThatClosesWhileItIsRegisteredIsUnregistered() {
        BroadcastEndpoint[] endpoint = new BroadcastEndpoint[1];
        BroadcastHub[] closing = new BroadcastHub[1];
        closing[0] = BroadcastHub.builder().executor(task -> {
            endpoint[0].close(reason(4001)); // the container is told on another thread, say
            task.run();
        }).listener(new HubListener() {
            @Override
            public void unregistered(Peer peer, CloseReason reason) {
                told.add("unregistered " + reason.code());
            }
        }).build();
        endpoint[0] = new BroadcastEndpoint(closing[0]);
        endpoint[0].open(session.session());
        assertThat(closing[0].peers()).isEmpty();
        assertThat(told).containsExactly("unregistered 4001");
        closing[0].close(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"isOpen", "getId", "getUserProperties", "getRequestURI", "getPathParameters",
            "getQueryString", "getUserPrincipal", "setMaxIdleTimeout", "setMaxTextMessageBufferSize",
            "setMaxBinaryMessageBufferSize"})
    void aSessionThatThrowsWhenItIsAskedIsNotRegistered(String method) {
        for (Throwable thrown : new Throwable[] {new IllegalStateException("closed"), new StackOverflowError()}) {
            session.thrown.put(method, thrown);
            try (LogCatch log = new LogCatch()) {
                new BroadcastEndpoint(hub).open(session.session());
                assertThat(log.warnings()).allMatch(line -> line.contains("A session could not become a peer"));
            }
        }
        assertThat(hub.stats().registrations()).isZero();
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
    void aSessionThatThrowsWhenItIsSentToIsUnregistered(Class<? extends Throwable> thrown) throws Exception {
        new BroadcastEndpoint(hub).open(session.session());
        session.thrown.put("isOpen", new IllegalStateException("closed"));
        session.thrown.put("sendText", thrown.getConstructor().newInstance());
        hub.broadcast("lost");
        awaitTold("registered", "unregistered 1006");
    }

    @Test
    void aPingOrACloseFrameThatCannotBeSentLeavesNothingStuck() throws Exception {
        session.thrown.put("sendPing", new StackOverflowError());
        session.thrown.put("close", new IOException("gone"));
        try (BroadcastHub pinging = BroadcastHub.builder().heartbeat(Duration.ofMillis(1))
                .pongTimeout(Duration.ofHours(1)).build()) {
            new BroadcastEndpoint(pinging).open(session.session());
            Peer peer = pinging.peers().iterator().next();
            peer.send(Message.text("after a ping"));
            await().until(() -> session.texts.size() == 1);
            session.thrown.put("isOpen", new IllegalStateException("closed"));
            peer.close(CloseReason.of(4001));
            await().until(() -> pinging.peers().isEmpty());
        }
    }

    @Test
    void aMessageThatTheContainerRefusesBecauseAnotherIsUnderWayIsSentAgain() {
        List<String> warnings;
        try (LogCatch log = new LogCatch()) {
            new BroadcastEndpoint(hub).open(session.session());
            session.thrown.put("sendText", new IllegalStateException("TEXT_FULL_WRITING"));
            hub.broadcast("one");
            hub.broadcast("two");
            await().until(() -> !log.warnings().isEmpty());
            warnings = log.warnings();
            session.thrown.clear();
            await().until(() -> session.texts.size() == 2);
        }
        assertThat(warnings).hasSize(1).first().asString().contains("Send with Peer.send instead");
        assertThat(session.texts).containsExactly("one", "two");
        awaitTold("registered");
    }

    @Test
    void aRecipeThatThrowsClosesTheSessionWith1011() {
        session.pathParameters.put("topic", "news");
        Topics topics = Topics.builder().recipe((name, settings) -> {
            throw new IllegalArgumentException("x".repeat(1_000));
        }).build();
        try (LogCatch log = new LogCatch()) {
            new BroadcastEndpoint(topics).open(session.session());
            assertThat(log.warnings()).isNotEmpty();
        }
        assertThat(session.closeCodes).containsExactly(CloseReason.INTERNAL_ERROR);
        topics.close(Duration.ZERO);
    }

    // Classes of the application.

    /** Overrides two methods, and says of only one what it is. */
    @ServerEndpoint("/live")
    static class Forgets extends BroadcastEndpoint {

        Forgets(BroadcastHub hub) {
            super(hub);
        }

        @Override
        @OnOpen
        public void open(Session session) {
            super.open(session);
        }

        @Override
        public void text(String text) {
            super.text(text);
        }
    }

    /** Overrides what the other has forgotten. */
    @ServerEndpoint("/live")
    static class Remembers extends Forgets {

        Remembers(BroadcastHub hub) {
            super(hub);
        }

        @Override
        @OnMessage
        public void text(String text) {
            super.text(text);
        }
    }

    @Test
    void anOverrideWithoutItsAnnotationIsAnError() {
        assertThatThrownBy(() -> new Forgets(hub)).isInstanceOf(IllegalStateException.class)
                .hasMessage(Forgets.class.getName() + ".text overrides a method of BroadcastEndpoint and must be "
                        + "annotated with @OnMessage as well: without it, containers do not call the method");
        assertThat(new Remembers(hub)).isNotNull();
        assertThat(new BroadcastEndpoint(hub) {
            @Override
            public void text(String text) {
                told.add(text); // the application's own endpoint calls it
            }
        }).isNotNull();
    }

    @Test
    void anArgumentThatIsMissingIsNamed() {
        BroadcastEndpoint endpoint = new BroadcastEndpoint(hub);
        missing(() -> new BroadcastEndpoint((BroadcastHub) null), "hub");
        missing(() -> new BroadcastEndpoint((Topics) null), "topics");
        missing(() -> BroadcastEndpoint.config(null, hub), "path");
        missing(() -> BroadcastEndpoint.config("/live", (BroadcastHub) null), "hub");
        missing(() -> BroadcastEndpoint.config("/{topic}", (Topics) null), "topics");
        missing(() -> endpoint.open(null), "session");
        missing(() -> endpoint.text(null), "text");
        missing(() -> endpoint.binary(null), "payload");
        missing(() -> endpoint.pong(null), "pong");
        missing(() -> endpoint.close(null), "reason");
        missing(() -> endpoint.error(null, new IOException()), "session");
        missing(() -> endpoint.error(session.session(), null), "thrown");
    }

    private static void missing(Runnable call, String name) {
        assertThatNullPointerException().isThrownBy(call::run).withMessage(name);
    }
}
