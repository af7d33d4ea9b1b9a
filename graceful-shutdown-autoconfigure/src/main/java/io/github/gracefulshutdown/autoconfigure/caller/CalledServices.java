package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The services that are called. Those that come after the first {@value #MOST} share one,
 * so that names which never end cannot fill the memory.
 */
final class CalledServices {

	static final int MOST = 1_000;

	private static final String OTHERS = "others";

	private final double retryBudget;

	private final Map<String, CalledService> services = new ConcurrentHashMap<>();

	private final List<Consumer<CalledService>> listeners = new CopyOnWriteArrayList<>();

	CalledServices(double retryBudget) {
		this.retryBudget = retryBudget;
	}

	CalledService get(String name) {
		CalledService service = this.services.get(name);
		return (service != null) ? service : add((this.services.size() < MOST) ? name : OTHERS);
	}

	/** Tells of every service, also of those that will be called. */
	synchronized void forEach(Consumer<CalledService> listener) {
		this.listeners.add(listener);
		this.services.values().forEach(listener);
	}

	private synchronized CalledService add(String name) {
		CalledService known = this.services.get(name);
		if (known != null) {
			return known;
		}
		CalledService service = new CalledService(name, this.retryBudget);
		this.services.put(name, service);
		this.listeners.forEach((listener) -> listener.accept(service));
		return service;
	}

}
