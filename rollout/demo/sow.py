"""The demo's statement of work, as a client would send it: complete, repetitive, and not a packet."""

NAME = "lumen-guest-wifi-sow.md"

TEXT = """# Statement of Work: Lumen Coffee Guest Wi-Fi Refresh

## 1 Purpose

Lumen Coffee replaces the guest Wi-Fi of 240 cafés so that guests are online within ten seconds of joining.
Every café receives two ceiling access points, one switch and one uninterruptible power supply.
The work is done outside opening hours; a café that cannot open on time is a failure of this contract.

## 2 Commercial Terms

- Invoices are issued monthly for cafés accepted in that month.
- A revisit caused by the contractor is not invoiced.
- Changes in scope are agreed in writing by the client's programme office.

## 3 Out of Scope

- Structured cabling beyond 50 metres per café.
- Configuration of the point of sale network.
- Decoration and repair of ceilings damaged before arrival.

## 4 Before the Visit

- Confirm access with the café manager two working days ahead.
- Check that both access points, the switch and the power supply are in the kit and note damage.
- Charge the cordless drill and bring a ladder rated for the ceiling height.
- Bring photo identification; the alarm company asks for it.

## 5 Arrival

1. Check in with the shift lead or the alarm company.
2. Take a photo of the counter and the network corner before touching anything.
3. Cover tables and machines below the work area.
4. Find the network corner and confirm that the circuit is live; read the light level at the demarcation point.

> Never work on a ladder alone when the café is dark. Keep the counter lights on.

## 6 Installation

### 6.1 Access points

1. Mount the first access point above the counter, at least two metres from the espresso machine.
2. Mount the second access point above the seating area, centred on the room.
3. Use the T-bar clip on drop ceilings. Hard ceilings take the junction box and four anchors.
4. In cafés with open ceilings, hang the access point from the beam with the safety wire.
5. Leave a service loop of one metre and label both cable ends.

### 6.2 Network corner

1. Remove the old router and switch and put them into the return box.
2. Mount the new switch in the rack. Where there is no rack, install the wall bracket first.
3. Connect the access points to ports 1 and 2 and the circuit to port 24.
4. Connect the switch to the power supply, and the power supply to the wall outlet.

> Disconnect power before opening the old cabinet.

| Item | Quantity | Remark |
|------|----------|--------|
| Access point LX-7 | 2 | white |
| Switch LS-24P | 1 | with rack ears |
| Power supply UP-600 | 1 | charged |
| Patch cable 2 m | 4 | blue |
| T-bar clip | 2 | drop ceilings only |

## 7 Testing

| Test | Target | Method |
|------|--------|--------|
| Signal at the counter | better than -62 dBm | phone survey tool |
| Signal at the far table | better than -67 dBm | phone survey tool |
| Throughput | at least 200 Mbit/s | speed test on guest network |
| Time to join | below 10 s | stop watch, three tries |

- Call the support desk and have both access points confirmed online before leaving.

## 8 Close-out

- Take photos of both access points with the light visible and of the finished network corner.
- Record the serial numbers of both access points and the switch.
- Clean up: no dust on counters, no packaging left behind.
- Show the shift lead how to restart the power supply and have the work signed.

## 9 Contacts

The support desk is staffed around the clock during the rollout. TBD: number of the escalation manager.
"""
