package io.techops.broadcast.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A session of a container that is as unkind as Jakarta WebSocket allows: it refuses a second send before the first is
 * complete, completes sends on threads of its choice, and blocks in what has no asynchronous form, if told so.
 */
final class FakeSession {

    final List<String> texts = new CopyOnWriteArrayList<>();
    final List<Integer> closeCodes = new CopyOnWriteArrayList<>();
    final List<String> closePhrases = new CopyOnWriteArrayList<>();
    final List<String> violations = new CopyOnWriteArrayList<>();
    /** What the path says, and what the container is told to buffer of a message, by the name of the setter. */
    final Map<String, String> pathParameters = new HashMap<>();
    final Map<String, Object> buffers = new HashMap<>();
    /** What the session tells, by the names of its methods. */
    final Map<String, Object> told = new HashMap<>();
    /** What methods of the session and its remote throw, by their names. */
    final Map<String, Throwable> thrown = new ConcurrentHashMap<>();
    /** Opened when a close or a ping was begun; and what lets it return. */
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch pinging = new CountDownLatch(1);
    CountDownLatch mayReturn = new CountDownLatch(0);
    /** What the container was told about reading. */
    final List<String> reading = new CopyOnWriteArrayList<>();

    private final Executor completions;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Map<String, Object> properties = new HashMap<>();

    private Object sendText(String text, SendHandler handler) {
        if (!busy.compareAndSet(false, true)) {
            violations.add("a second thing while one is under way: " + text);
            throw new IllegalStateException("TEXT_FULL_WRITING");
        }
        lock.lock();
        try {
            texts.add(text);
        } finally {
            lock.unlock();
        }
        completions.execute(() -> {
            lock.lock(); // as Tyrus does
            try {
                busy.set(false);
                handler.onResult(new SendResult(session()));
            } finally {
                lock.unlock();
            }
        });
        return null;
    }

    private Object sendPing() throws InterruptedException {
        once("a ping");
        pinging.countDown();
        mayReturn.await();
        busy.set(false);
        return null;
    }

    private Object close(CloseReason reason) throws InterruptedException {
        once("a close frame");
        closeCodes.add(reason.getCloseCode().getCode());
        closePhrases.add(reason.getReasonPhrase());
        closing.countDown();
        mayReturn.await();
        return null;
    }

    private void once(String what) {
        if (!busy.compareAndSet(false, true)) {
            violations.add(what + " while something is under way");
        }
    }

    /**
     * @param completions runs the completion of every send
     */
    FakeSession(Executor completions) {
        this.completions = completions;
    }

    /** What Tomcat's sessions have. */
    interface Suspendable extends Session {
        void suspend();

        void resume();
    }

    /** {@return the session} */
    Session session() {
        return (Session) proxy(Session.class);
    }

    /** {@return the session, of a container that can stop reading} */
    Session suspendable() {
        return (Session) proxy(Suspendable.class);
    }

    private Object proxy(Class<?> type) {
        return Proxy.newProxyInstance(FakeSession.class.getClassLoader(), new Class<?>[] {type}, this::call);
    }

    private Object call(Object proxy, Method method, Object[] given) throws Throwable {
        Throwable throwing = thrown.get(method.getName());
        if (throwing != null) {
            throw throwing;
        }
        return switch (method.getName()) {
            case "getAsyncRemote" -> proxy(RemoteEndpoint.Async.class);
            case "getUserProperties" -> properties;
            case "getPathParameters" -> pathParameters;
            case "getRequestURI" -> URI.create("/topics/" + pathParameters.getOrDefault("topic", ""));
            case "setMaxTextMessageBufferSize", "setMaxBinaryMessageBufferSize" ->
                    buffers.put(method.getName(), given[0]);
            case "isOpen" -> closeCodes.isEmpty();
            case "sendText" -> sendText((String) given[0], (SendHandler) given[1]);
            case "sendPing" -> sendPing();
            case "suspend", "resume" -> {
                reading.add(method.getName());
                yield null;
            }
            case "close" -> close((CloseReason) given[0]);
            default -> told.get(method.getName());
        };
    }
}
