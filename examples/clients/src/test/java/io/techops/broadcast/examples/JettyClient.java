package io.techops.broadcast.examples;

import io.techops.broadcast.Message;
import io.techops.broadcast.testing.TestRun;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.client.CoreClientUpgradeRequest;
import org.eclipse.jetty.websocket.core.client.WebSocketCoreClient;

/** The client of Jetty, which keeps no context if it offers so, and not because the answer says so. */
final class JettyClient extends OtherClient implements FrameHandler {

    private static final String OFFER = "permessage-deflate; server_no_context_takeover";

    private final WebSocketCoreClient client = new WebSocketCoreClient();
    private final CoreSession session;
    private volatile CoreSession opened;

    JettyClient(URI uri) throws Exception {
        client.start();
        CoreClientUpgradeRequest request = CoreClientUpgradeRequest.from(client, uri, this);
        request.addExtensions(OFFER);
        session = request.sendAsync().get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (!session.isRsv1Used()) {
            throw new IllegalStateException("the extension was not accepted");
        }
    }

    @Override
    void send(Message message, int fragments) throws Exception {
        List<ByteBuffer> parts = split(message, fragments);
        byte opcode = message instanceof Message.Text ? OpCode.TEXT : OpCode.BINARY;
        for (int i = 0; i < fragments; i++) {
            Callback.Completable sent = new Callback.Completable();
            session.sendFrame(new Frame(i == 0 ? opcode : OpCode.CONTINUATION, i == fragments - 1, parts.get(i)), sent,
                    false);
            sent.get(TestRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public void onOpen(CoreSession now, Callback callback) {
        opened = now;
        callback.succeeded();
        now.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        if (frame.getOpCode() == OpCode.TEXT || frame.getOpCode() == OpCode.BINARY) {
            beginsWith(frame.getOpCode() == OpCode.TEXT);
        }
        if (frame.isDataFrame()) {
            part(frame.getPayload(), frame.isFin());
        }
        callback.succeeded();
        opened.demand();
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        ended(cause);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        ended(status);
        callback.succeeded();
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
