package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.PolicyContext;
import io.techops.broadcast.Position;
import io.techops.broadcast.testing.LogCatch;
import io.techops.broadcast.testing.RawClient;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Code of the host that is declared not to block, and blocks. */
class FalseDeclarationTest {

    /** What blocks until the log has named it. */
    private final CountDownLatch named = new CountDownLatch(1);

    private void waitUntilNamed() {
        try {
            named.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class WaitingPolicy implements MessagePolicy {
        @Override
        public Verdict decide(PolicyContext context, Message message) {
            waitUntilNamed();
            return Verdict.relay(message);
        }
    }

    private final class ComputingPolicy implements MessagePolicy {
        @Override
        public Verdict decide(PolicyContext context, Message message) {
            while (named.getCount() > 0) {
                Thread.onSpinWait();
            }
            return Verdict.relay(message);
        }

        @Override
        public boolean mayBlock() {
            return false;
        }
    }

    private final class WaitingListener implements MessageListener {
        @Override
        public void broadcast(@Nullable Peer from, Message message, Position position) {
            waitUntilNamed();
        }

        @Override
        public void ignored(Peer from, Message message) {
            waitUntilNamed();
            from.send(message);
        }
    }

    private void isNamed(Class<?> code, BroadcastHub.Builder hub) throws Exception {
        try (BroadcastServer server = Wire.PLAIN.start(hub); RawClient peer = Wire.PLAIN.open(server)) {
            try (LogCatch log = new LogCatch()) {
                peer.sendText("hello");
                await().untilAsserted(() -> assertThat(log.warnings()).singleElement().asString()
                        .contains(code.getName() + ".", "declared not to block: remove MessagePolicy.nonBlocking"));
            } finally {
                named.countDown();
            }
            assertThat(peer.readText()).isEqualTo("hello");
        }
    }

    @Test
    void aPolicyThatWaitsIsNamedInTheLog() throws Exception {
        isNamed(WaitingPolicy.class, BroadcastHub.builder()
                .policy(MessagePolicy.textOnly().andThen(MessagePolicy.nonBlocking(new WaitingPolicy()))));
    }

    @Test
    void aPolicyThatComputesForLongIsNamedInTheLog() throws Exception {
        isNamed(ComputingPolicy.class, BroadcastHub.builder().policy(new ComputingPolicy()));
    }

    @Test
    void aListenerThatWaitsIsNamedInTheLog() throws Exception {
        isNamed(WaitingListener.class, BroadcastHub.builder()
                .messageListener(MessageListener.nonBlocking(new WaitingListener())));
    }

    @Test
    void aListenerThatWaitsWhenAMessageIsIgnoredIsNamedInTheLog() throws Exception {
        isNamed(WaitingListener.class, BroadcastHub.builder().policy(MessagePolicy.nothing())
                .messageListener(MessageListener.nonBlocking(new WaitingListener())));
    }
}
