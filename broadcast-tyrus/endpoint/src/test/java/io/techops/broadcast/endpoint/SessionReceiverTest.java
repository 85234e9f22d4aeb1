package io.techops.broadcast.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.techops.broadcast.Message;
import io.techops.broadcast.testing.TestRun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pauses that the hub asks for, and that end at any time. */
class SessionReceiverTest {

    private static final int COUNT = 20_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** A container that can stop reading, and notes whether it was told so in turns. */
    private static final class Tap implements SessionReceiver.Reading {

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
        AtomicReference<SessionReceiver> receiver = new AtomicReference<>();
        receiver.set(new SessionReceiver(canSuspend ? tap : null, message -> {
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
                receiver.get().resume(); // before the pause has begun
            } else {
                threads.execute(() -> receiver.get().resume());
            }
            return false;
        }, threads));
        Future<?> container = threads.submit(() -> {
            for (int i = 0; i < COUNT; i++) {
                receiver.get().add(Message.text(String.valueOf(i)));
            }
        });
        container.get();
        await().until(() -> reported.size() == COUNT && !tap.suspended.get());
        for (int i = 0; i < COUNT; i++) {
            assertThat(reported.get(i)).isEqualTo(String.valueOf(i));
        }
        assertThat(crowds).as("two that report at a time").hasValue(0);
        assertThat(tap.violations).as("told twice in a row").hasValue(0);
    }

    /** {@return a thread that adds a message, and is kept in there} */
    private static Thread kept(SessionReceiver receiver) {
        Thread thread = new Thread(() -> receiver.add(Message.text("one")), "container");
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    private static void isLetGo(Thread thread) throws InterruptedException {
        thread.join(TestRun.LIMIT.toMillis());
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void theEndOfThePauseLetsGoOfAThreadThatIsKept() throws Exception {
        SessionReceiver receiver = new SessionReceiver(null, message -> false, threads);
        Thread kept = kept(receiver);
        receiver.resume();
        isLetGo(kept);
    }

    @Test
    void theEndLetsGoOfAThreadThatIsKept() throws Exception {
        SessionReceiver receiver = new SessionReceiver(null, message -> false, threads);
        Thread kept = kept(receiver);
        receiver.end();
        isLetGo(kept);
    }

    @Test
    void whatWasReadBeforeTheContainerStoppedIsReportedByAThreadOfItsOwn() throws Exception {
        CompletableFuture<Thread> reporter = new CompletableFuture<>();
        CountDownLatch resumed = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        SessionReceiver receiver = new SessionReceiver(new Tap(), message -> {
            if (message.equals(Message.text("one"))) {
                return false;
            }
            reporter.complete(Thread.currentThread());
            if (Thread.currentThread() != caller) {
                awaitQuietly(resumed);
            }
            return true;
        }, threads);
        receiver.add(Message.text("one"));
        receiver.add(Message.text("read before the container stopped"));
        receiver.resume(); // does not wait for the report
        resumed.countDown();
        assertThat(reporter.get()).isNotSameAs(caller);
    }

    @Test
    void whatComesDuringAReportWaitsForItsEndAndForThatOfThePause() {
        List<String> reported = new CopyOnWriteArrayList<>();
        AtomicReference<SessionReceiver> receiver = new AtomicReference<>();
        receiver.set(new SessionReceiver(new Tap(), message -> {
            boolean first = message.equals(Message.text("one"));
            if (first) {
                receiver.get().add(Message.text("two"));
            }
            reported.add(((Message.Text) message).text());
            return !first;
        }, threads));
        receiver.get().add(Message.text("one"));
        assertThat(reported).containsExactly("one");
        receiver.get().resume();
        await().untilAsserted(() -> assertThat(reported).containsExactly("one", "two"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theEndHasTheContainerReadOn() {
        Tap tap = new Tap();
        SessionReceiver receiver = new SessionReceiver(tap, message -> false, threads);
        receiver.add(Message.text("one"));
        assertThat(tap.suspended).isTrue();
        receiver.add(Message.text("read before the container stopped"));
        receiver.end();
        await().untilAsserted(() -> assertThat(tap.suspended).isFalse());
    }
}
