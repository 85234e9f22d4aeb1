package io.techops.broadcast.containers;

/**
 * What the endpoint promises, in whatever container it is. What it sends, and when it holds back or ends a session, is
 * the same however it got there: that is tried with a configuration alone.
 */
public abstract class ContainerContract extends DeploymentContract
        implements OrderContract, FloodContract, EndContract, ApplicationContract, ReplayContract,
        HandshakeContract {

    /** Runs the contract in a container. */
    protected ContainerContract(Container.Starting starting) {
        super(DeploymentStyle.CONFIGURED, starting);
    }
}
