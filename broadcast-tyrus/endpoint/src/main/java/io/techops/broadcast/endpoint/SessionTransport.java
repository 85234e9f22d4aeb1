package io.techops.broadcast.endpoint;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubTimer.Cancellation;
import io.techops.broadcast.Message;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.BlockingTasks;
import io.techops.broadcast.spi.BlockingTasks.Kind;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import io.techops.broadcast.stream.NumberedFormat;
import jakarta.websocket.Session;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session of any Jakarta WebSocket container as the hub's {@link Transport}. It consists of a {@link SessionSender},
 * a {@link SessionReceiver} and a {@link SessionEnd}.
 */
final class SessionTransport implements Transport, PeerSession {

    private static final Logger LOG = LoggerFactory.getLogger(SessionTransport.class);
    /**
     * How long a container has to close a failed session by itself, with the more specific code.
     */
    private static final Duration CONTAINER_CLOSE_GRACE = Duration.ofSeconds(5);
    /** The user property that marks a session as a peer of a hub; its value is the session's id. */
    private static final String IN_A_HUB = SessionTransport.class.getName() + ".session";

    private final boolean numbered;
    private final SessionTasks tasks;
    private final SessionReceiver receiver;
    private final SessionSender sender;
    private final SessionEnd end;
    /** Cancels the task that ends a failed session if the container does not. */
    private volatile Cancellation failing = () -> { };
    /** Set by {@link #open}, before the sender is started. */
    private volatile @Nullable Registration registration;

    private SessionTransport(Session session, boolean numbered, BlockingTasks blocking) {
        this.numbered = numbered;
        tasks = new SessionTasks(blocking);
        ContainerExtensions extensions = ContainerExtensions.of(session);
        end = new SessionEnd(session, extensions, tasks,
                () -> registration.unregister(SessionEnd.CUT)); // unless the hub knows a better reason
        sender = new SessionSender(session, tasks, end, new Sends());
        receiver = new SessionReceiver(extensions.reading(session, sender::pingSoon), this::receive,
                report -> tasks.run(Kind.CALLBACK, Duration.ZERO, report));
    }

    /**
     * Registers a session, and overrides its settings that would interfere with those of the hub.
     *
     * @throws SessionRefused if the session may not become a peer, or its query is invalid
     * @throws RefusedException if the hub takes no peers
     * @throws RuntimeException if the session is closed, or throws; it is not registered then
     */
    static SessionTransport open(Session session, SessionHubs hubs, EndpointSettings settings) {
        session.setMaxIdleTimeout(-1); // the hub has a heartbeat
        session.setMaxTextMessageBufferSize(settings.maxMessageBytes());
        session.setMaxBinaryMessageBufferSize(settings.maxMessageBytes());
        ContainerExtensions.limitBlocking(session, SessionEnd.LINGER);
        SessionRequest request = request(session, hubs, settings);
        AdapterHub hub = AdapterHub.of(hubs.hub(session));
        SessionTransport link = new SessionTransport(session, request.numbered(), hub.blockingTasks());
        String id = String.valueOf(session.getId());
        if (id.equals(session.getUserProperties().put(IN_A_HUB, id)) && SessionSender.SHARED.first()) {
            LOG.warn("A session is in two hubs, which slow each other down in some containers: open one for each");
        }
        try {
            link.registration = hub.register(link, request.attributes(), request.replay());
        } catch (RefusedException e) {
            hub.refused(e.refusalCause());
            throw e;
        }
        link.sender.start();
        return link;
    }

    private static SessionRequest request(Session session, SessionHubs hubs, EndpointSettings settings) {
        try {
            return SessionRequest.of(session, settings);
        } catch (SessionRefused e) {
            if (e.refusalCause() != null) {
                hubs.refused(e.refusalCause());
            }
            throw e;
        }
    }

    // Called by the hub, on a shard.

    @Override
    public boolean write(Batch written) {
        return write(SessionBatch.of(written, numbered));
    }

    @Override
    public boolean knowsPositions() {
        return numbered;
    }

    @Override
    public boolean tell(StreamEvent event) {
        return write(SessionBatch.of(NumberedFormat.message(event)));
    }

    private boolean write(SessionBatch written) {
        sender.write(written);
        return false;
    }

    @Override
    public void ping() {
        sender.ping();
    }

    @Override
    public void close(CloseReason reason) {
        receiver.end();
        sender.close(reason);
    }

    @Override
    public void abort() {
        receiver.end();
        sender.abort();
    }

    @Override
    public void resume() {
        receiver.resume();
    }

    private final class Sends implements SessionSender.Owner {

        @Override
        public void writable() {
            registration.writable();
        }

        @Override
        public void progressed() {
            registration.progressed();
        }

        @Override
        public void broken(@Nullable Throwable cause) {
            LOG.debug("A send failed: {}", String.valueOf(cause));
            closed(CloseReason.of(CloseReason.ABNORMAL, "a send failed"));
            abort();
        }
    }

    // Called by the endpoint.

    @Override
    public void received(Message message) {
        receiver.add(message);
    }

    private boolean receive(Message message) {
        try {
            return registration.received(message);
        } catch (Throwable thrown) {
            failed(thrown);
            throw thrown;
        }
    }

    @Override
    public void pong() {
        registration.pong();
    }

    @Override
    public void closed(CloseReason reason) {
        receiver.end();
        boolean over = !end.isOpen();
        if (over) {
            failing.cancel();
        }
        if (!end.isClosing()) {
            registration.unregister(reason);
        } else if (over) {
            end.over();
        }
    }

    @Override
    public void failed(Throwable thrown) {
        LOG.debug("A session failed", thrown);
        failing = tasks.run(Kind.ABORT, CONTAINER_CLOSE_GRACE, () -> {
            // Has no effect if the container has reported the end.
            closed(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session failed"));
            if (end.isOpen()) { // even if a send is stuck
                end.start(CloseReason.of(CloseReason.INTERNAL_ERROR, "the session could not be served"));
            }
        });
    }
}
