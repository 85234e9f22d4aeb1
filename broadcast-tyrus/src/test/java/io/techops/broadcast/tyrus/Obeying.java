package io.techops.broadcast.tyrus;

import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** Does what its clients say. */
@ServerEndpoint("/obeys")
public class Obeying {

    static final Queue<String> HEARD = new ConcurrentLinkedQueue<>();
    private static volatile CountDownLatch gate = new CountDownLatch(1);

    /** For the container. */
    public Obeying() {
    }

    static void forget() {
        HEARD.clear();
        gate = new CountDownLatch(1);
    }

    /** Lets those go on that were told to block. */
    static void letGo() {
        gate.countDown();
    }

    /** A session opens. */
    @OnOpen
    public void open(Session session) {
        Hosted.OPENED.add(session);
    }

    /** A command comes. */
    @OnMessage
    public String obey(Session session, String command) throws Exception {
        HEARD.add(command);
        switch (command) {
            case "close" -> session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4004), "as told"));
            case "throw" -> throw new IllegalStateException("on purpose");
            case "block" -> gate.await();
            case "interrupt" -> {
                Thread.currentThread().interrupt();
                return command;
            }
            default -> {
                return command;
            }
        }
        return null;
    }

    /** A session has closed. */
    @OnClose
    public void close(CloseReason reason) {
        Hosted.CLOSED.add(reason);
    }

    /** Something went wrong. */
    @OnError
    public void error(Throwable thrown) {
        Hosted.ERRORS.add(thrown);
    }

    /** Cannot be opened. */
    @ServerEndpoint("/fails")
    public static class Failing extends Obeying {

        /** For the container. */
        public Failing() {
        }

        /** Fails. */
        @Override
        @OnOpen
        public void open(Session session) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        @OnError
        public void error(Throwable thrown) {
            super.error(thrown);
        }

        @Override
        @OnMessage
        public String obey(Session session, String command) throws Exception {
            return super.obey(session, command);
        }
    }
}
