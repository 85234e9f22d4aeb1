package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.tyrus.BroadcastServer;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;

/**
 * Step 14, endpoints of the application's own beside the hub: the hub is at {@code /live}, and a chat with rooms, an
 * annotated class of Jakarta WebSocket, at {@code /chat/} and the name of a room. A message in a room reaches only that
 * room; all peers of the hub are told who enters and leaves.
 *
 * <pre>java -cp examples/target/broadcast-service.jar io.techops.broadcast.examples.Step14Endpoints</pre>
 */
public final class Step14Endpoints {

    private static final BroadcastHub HUB = BroadcastHub.create();

    private Step14Endpoints() {
    }

    /** The chat; the container makes an instance of it for every session. */
    @ServerEndpoint("/chat/{room}")
    public static class Chat {

        /** For the container. */
        public Chat() {
        }

        /**
         * A session enters a room.
         *
         * @param session the session
         * @param room the room
         */
        @OnOpen
        public void enter(Session session, @PathParam("room") String room) {
            session.getUserProperties().put("room", room);
            HUB.broadcast("one more in " + room);
        }

        /**
         * A session sends a message.
         *
         * @param session the session
         * @param room the room
         * @param text what is said
         */
        @OnMessage
        public void say(Session session, @PathParam("room") String room, String text) {
            for (Session other : session.getOpenSessions()) {
                if (room.equals(other.getUserProperties().get("room"))) {
                    send(other, text);
                }
            }
        }

        private static void send(Session session, String text) {
            try {
                session.getAsyncRemote().sendText(text);
            } catch (IllegalStateException e) {
                // It has just closed: the other sessions get the message nevertheless.
            }
        }

        /**
         * A session leaves.
         *
         * @param room the room
         * @param reason why
         */
        @OnClose
        public void leave(@PathParam("room") String room, CloseReason reason) {
            HUB.broadcast("one less in " + room);
        }
    }

    /**
     * Starts the program.
     *
     * @param arguments the port to listen on, 5000 if there is none
     */
    public static void main(String[] arguments) {
        BroadcastServer server = BroadcastServer.builder()
                .hub(HUB)
                .port(Start.port(arguments, 0))
                .path("/live")
                .endpoint(Chat.class) // as many as there are
                .start().closeOnExit();
        System.out.println("Listening on " + server.uri());
    }
}
