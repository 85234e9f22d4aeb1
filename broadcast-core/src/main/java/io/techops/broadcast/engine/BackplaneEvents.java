package io.techops.broadcast.engine;

import io.techops.broadcast.Position;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** The events of Java Flight Recorder about a hub's backplane; see {@link JfrEvents}. */
final class BackplaneEvents {

    private BackplaneEvents() {
    }

    /** {@return the event of an outage that starts; null if there is no memory for it} */
    static @Nullable BackplaneAway away() {
        try {
            BackplaneAway event = new BackplaneAway();
            event.begin();
            return event;
        } catch (Throwable thrown) {
            return null;
        }
    }

    static void back(BackplaneAway event, String hub) {
        try {
            event.hub = hub;
            event.commit();
        } catch (Throwable thrown) {
            JfrEvents.lost();
        }
    }

    static void broken(String hub, Position last, Position before) {
        try {
            BackplaneGap event = new BackplaneGap();
            if (event.isEnabled()) {
                event.hub = hub;
                event.last = last.toString();
                event.before = before.toString();
                event.commit();
            }
        } catch (Throwable thrown) {
            JfrEvents.lost();
        }
    }

    static void counted(String hub, int nodes, long peers) {
        try {
            BackplanePeers event = new BackplanePeers();
            if (event.isEnabled()) {
                event.hub = hub;
                event.nodes = nodes;
                event.peers = peers;
                event.commit();
            }
        } catch (Throwable thrown) {
            JfrEvents.lost();
        }
    }

    @Name(JfrEvents.PREFIX + "BackplaneAway")
    @Label("Backplane Away")
    @Description("The engine that keeps the shared log did not answer; told when it is back")
    static final class BackplaneAway extends JfrEvents.HubEvent {
    }

    @Name(JfrEvents.PREFIX + "BackplaneGap")
    @Label("Backplane Gap")
    @Description("What came next from the shared log did not follow what came last")
    static final class BackplaneGap extends JfrEvents.HubEvent {
        @Label("Last")
        @Description("The position of the last message before")
        @Nullable String last;

        @Label("Goes On After")
        @Description("The position after which the log goes on; of another epoch if messages may be lost")
        @Nullable String before;
    }

    @Name(JfrEvents.PREFIX + "BackplanePeers")
    @Label("Backplane Peers")
    @Description("The peers of all nodes, whenever this node has heard that they are not as many as before")
    static final class BackplanePeers extends JfrEvents.HubEvent {
        @Label("Nodes")
        @Description("This one among them")
        int nodes;

        @Label("Peers")
        @Description("Those of this node as they are now, those of the others as they told last")
        long peers;
    }
}
