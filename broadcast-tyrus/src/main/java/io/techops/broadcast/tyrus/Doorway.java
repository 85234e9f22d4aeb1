package io.techops.broadcast.tyrus;

import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.tyrus.HandshakePolicy.Decision;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.glassfish.grizzly.CompletionHandler;
import org.glassfish.grizzly.Connection;
import org.glassfish.grizzly.Context;
import org.glassfish.grizzly.IOEvent;
import org.glassfish.grizzly.IOEventLifeCycleListener;
import org.glassfish.grizzly.Processor;
import org.glassfish.grizzly.ProcessorExecutor;
import org.glassfish.grizzly.ProcessorResult;
import org.glassfish.grizzly.ReadResult;
import org.glassfish.grizzly.WriteResult;
import org.glassfish.grizzly.asyncqueue.AsyncQueue;
import org.glassfish.grizzly.asyncqueue.MessageCloner;
import org.glassfish.grizzly.filterchain.FilterChain;
import org.glassfish.grizzly.filterchain.FilterChainContext;
import org.glassfish.grizzly.memory.Buffers;
import org.glassfish.grizzly.nio.NIOConnection;
import org.jspecify.annotations.Nullable;

/**
 * What a plain connection comes to first: it reads what the client says, and answers it if it is a {@link
 * PlainHandshake}. Everything else goes on through Grizzly's chain, as if it had been read there: what comes in pieces,
 * what is in order but unusual, and what is not in order.
 */
@SuppressWarnings("rawtypes") // Grizzly's interface has them
final class Doorway implements Processor<Context> {

    /** The chain's filter behind the one that reads. */
    private static final int BEHIND_TRANSPORT = 1;
    private static final int BUFFER_BYTES = 8 << 10;
    private static final ThreadLocal<ByteBuffer> BUFFER =
            ThreadLocal.withInitial(() -> ByteBuffer.allocate(BUFFER_BYTES));

    private final RequestParser parser;
    private final Routes routes;
    private final Entrance entrance;
    private final Admission admission;
    private final Refuser refuser;
    private final BooleanSupplier closing;

    /** Goes on reading once the chain has done what it can with what was read here. */
    private static final IOEventLifeCycleListener READ_ON = new IOEventLifeCycleListener.Adapter() {
        @Override
        public void onReregister(Context context) throws IOException {
            onComplete(context, null);
        }

        @Override
        public void onComplete(Context context, @Nullable Object data) throws IOException {
            if (AsyncQueue.EXPECTING_MORE_OPTION.equals(data)) {
                context.getConnection().simulateIOEvent(IOEvent.READ);
            } else {
                context.getConnection().enableIOEvent(IOEvent.READ);
            }
        }
    };

    /**
     * @param parser whose time for a request head counts here as well
     * @param closing whether every request is to be refused, because the server is going away
     */
    Doorway(RequestParser parser, Routes routes, Entrance entrance, Admission admission, Refuser refuser,
            BooleanSupplier closing) {
        this.parser = parser;
        this.routes = routes;
        this.entrance = entrance;
        this.admission = admission;
        this.refuser = refuser;
        this.closing = closing;
    }

    /** {@return whether somebody may have to wait for foreign code here} */
    boolean mayBlock() {
        return routes.mayBlock();
    }

    @Override
    public ProcessorResult process(Context context) {
        NIOConnection connection = (NIOConnection) context.getConnection();
        switch (context.getIoEvent()) {
            case ACCEPTED -> parser.startTimeout(connection);
            case CLOSED -> RequestParser.cancelTimeout(connection);
            case READ -> {
                return reads(connection);
            }
            default -> { }
        }
        return ProcessorResult.createComplete();
    }

    private ProcessorResult reads(NIOConnection connection) {
        ByteBuffer bytes = BUFFER.get();
        try {
            int count = ((SocketChannel) connection.getChannel()).read(bytes.clear());
            if (count < 0) {
                connection.terminateSilently();
            } else if (count > 0) {
                PlainHandshake handshake = PlainHandshake.parse(bytes.array(), count);
                if (handshake == null) {
                    handOver(connection, Arrays.copyOf(bytes.array(), count));
                    return ProcessorResult.createTerminate(); // reading goes on when the chain says so
                }
                answer(connection, handshake);
            }
        } catch (IOException e) {
            connection.terminateSilently();
        } catch (RuntimeException | Error e) {
            connection.terminateSilently();
            throw e;
        }
        return ProcessorResult.createComplete();
    }

    private void answer(NIOConnection connection, PlainHandshake handshake) {
        Refusal refusal = admit(connection, handshake);
        if (refusal != null) {
            RequestParser.cancelTimeout(connection);
            connection.setProcessor(chain(connection));
            refuser.refuse(connection, refusal, true);
        }
    }

    /** {@return why the connection does not become a peer, or null: it is one} */
    private @Nullable Refusal admit(NIOConnection connection, PlainHandshake handshake) {
        if (closing.getAsBoolean()) {
            return Entrance.goingAway();
        }
        Entrance.Answer answer = entrance.check(handshake, (InetSocketAddress) connection.getPeerAddress());
        if (answer instanceof Refusal refusal) {
            return refusal;
        }
        RefusalCause cause = admission.admit(connection, (Entrance.Guest) answer, Decision.accept()).refusal();
        return cause == null ? null : Entrance.notTaken(cause);
    }

    private static FilterChain chain(NIOConnection connection) {
        return (FilterChain) connection.getTransport().getProcessor();
    }

    /** Lets the chain have what was read, on a thread on which it may wait. */
    private static void handOver(NIOConnection connection, byte[] bytes) throws IOException {
        FilterChain chain = chain(connection);
        connection.setProcessor(chain);
        connection.disableIOEvent(IOEvent.READ);
        connection.getTransport().getWorkerThreadPool().execute(() -> {
            FilterChainContext ctx = chain.obtainFilterChainContext(connection, 0, chain.size(), BEHIND_TRANSPORT);
            ctx.setMessage(Buffers.wrap(connection.getTransport().getMemoryManager(), bytes));
            Context context = ctx.getInternalContext();
            context.setIoEvent(IOEvent.READ);
            context.addLifeCycleListener(READ_ON);
            ProcessorExecutor.execute(context);
        });
    }

    @Override
    public Context obtainContext(Connection connection) {
        Context context = Context.create(connection);
        context.setProcessor(this);
        return context;
    }

    @Override
    public boolean isInterested(IOEvent event) {
        return true;
    }

    @Override
    public void setInterested(IOEvent event, boolean interested) {
        throw new UnsupportedOperationException("it is interested in every event");
    }

    // Nobody reads or writes through a connection that is at the door.

    private static UnsupportedOperationException notHere() {
        return new UnsupportedOperationException("nothing has been read yet, and nothing is written");
    }

    @Override
    public void read(Connection connection, CompletionHandler<ReadResult> handler) {
        throw notHere();
    }

    @Override
    public void write(Connection connection, Object address, Object message, CompletionHandler<WriteResult> handler) {
        throw notHere();
    }

    @Override
    public void write(Connection connection, Object address, Object message, CompletionHandler<WriteResult> handler,
            MessageCloner cloner) {
        throw notHere();
    }

    @Override
    @SuppressWarnings("deprecation") // the interface has it
    public void write(Connection connection, Object address, Object message, CompletionHandler<WriteResult> handler,
            org.glassfish.grizzly.asyncqueue.PushBackHandler pushBack) {
        throw notHere();
    }
}
