package io.techops.broadcast.tyrus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pauses that the hub asks for, and that end at any time. */
class SessionInboxTest {

    private static final int COUNT = 20_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** A container that can stop reading, and notes whether it was told so in turns. */
    private static final class Tap implements SessionInbox.Reading {

        final AtomicBoolean suspended = new AtomicBoolean();
        final AtomicInteger violations = new AtomicInteger();

        @Override
        public void suspend() {
            if (!suspended.compareAndSet(false, true)) {
                violations.incrementAndGet();
            }
        }

        @Override
        public void resume() {
            if (!suspended.compareAndSet(true, false)) {
                violations.incrementAndGet();
            }
        }
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyMessageIsReportedOnceAndInOrderHoweverSoonAPauseEnds(boolean canSuspend) throws Exception {
        Tap tap = new Tap();
        List<String> reported = new ArrayList<>();
        AtomicInteger reporters = new AtomicInteger();
        AtomicInteger crowds = new AtomicInteger();
        AtomicReference<SessionInbox> inbox = new AtomicReference<>();
        inbox.set(new SessionInbox(canSuspend ? tap : null, message -> {
            if (reporters.incrementAndGet() > 1) {
                crowds.incrementAndGet();
            }
            reported.add(((Message.Text) message).text());
            int number = reported.size();
            reporters.decrementAndGet();
            if (number % 3 != 0) {
                return true;
            }
            if (number % 2 == 0) {
                inbox.get().resume(); // before the pause has begun
            } else {
                threads.execute(() -> inbox.get().resume());
            }
            return false;
        }));
        Future<?> container = threads.submit(() -> {
            for (int i = 0; i < COUNT; i++) {
                inbox.get().add(Message.text(String.valueOf(i)));
            }
        });
        container.get(60, TimeUnit.SECONDS);
        await().atMost(60, TimeUnit.SECONDS).until(() -> reported.size() == COUNT && !tap.suspended.get());
        for (int i = 0; i < COUNT; i++) {
            assertThat(reported.get(i)).isEqualTo(String.valueOf(i));
        }
        assertThat(crowds).as("two that report at a time").hasValue(0);
        assertThat(tap.violations).as("told twice in a row").hasValue(0);
    }

    @Test
    void theEndLetsGoOfAThreadThatIsKept() throws Exception {
        SessionInbox inbox = new SessionInbox(null, message -> false);
        Future<?> kept = threads.submit(() -> inbox.add(Message.text("one")));
        Future<?> ends = threads.submit(inbox::end);
        ends.get(30, TimeUnit.SECONDS);
        kept.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theEndHasTheContainerReadOn() {
        Tap tap = new Tap();
        SessionInbox inbox = new SessionInbox(tap, message -> false);
        inbox.add(Message.text("one"));
        assertThat(tap.suspended).isTrue();
        inbox.add(Message.text("read before the container stopped"));
        inbox.end();
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(tap.suspended).isFalse());
    }
}
