"""Words for a phone that does not work: what is wrong, how it shows, since when, why it matters, what is wanted.

Not here: words for requests about an account (`synthesis.telecom.clauses_accounts`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
service_issue
    plain: My phone has no signal[| at all| whatsoever].
    plain: There is no service on my phone[|, not a single bar].
    plain: My phone does not find [a|any|the] network[| anymore].
    plain: I cannot make or receive calls: the phone says [No Service|there is no service].
    terse: No signal[| on my phone| at all].
    terse: Phone has no service.
    terse: Zero bars[|, nothing works].
    terse: No network[|, no calls].
    chatty: It is hard to believe, but my phone has [simply|just] lost its signal.
    chatty: So my phone sits there without [any|the slightest bit of] reception, [like a brick|as if it were a \
        paperweight|as useful as a stone].
    chatty: I am writing from my [neighbor's|sister's|wife's] laptop because my own phone gets no service [at \
        all|anymore|whatsoever].
    chatty: I keep holding the phone up [at the window|in the garden|on the balcony], and it never finds a signal.
    formal: My telephone [no longer receives|does not register] any signal.
    formal: I am [presently|currently|at present] without any service on my mobile telephone.
    formal: I regret to report a [complete|total] loss of network service on my telephone.
    formal: My handset is unable to [connect to|find] the network.
    learner: My phone have no signal[|, I cannot call].
    learner: The phone does not find the network[| anymore].
    learner: There is not service in my phone, [no bars|nothing].
    learner: I cannot make call, the signal is [not there|zero|lost].
    annoyed: My phone has had no signal [for ages|again|all this time], and nobody seems to care.
    annoyed: No service, [again|once more|as usual]. That is what my phone shows.
    annoyed: I pay for a network, and my phone does not find [it|one].
    annoyed: There is not one bar of reception on this [wretched|useless|stupid] phone.

service_issue detail
    plain: Nobody [can reach|gets through to] me.
    plain: Calls do not even [ring|start].
    plain: I [went|walked] outside and it was the same there.
    plain: Other people [here|next to me] have reception, I do not.
    terse: Can't call anyone.
    terse: Nobody gets through.
    terse: Same everywhere[| I go].
    terse: Others nearby are fine.
    chatty: My [mother|brother|best friend] tried to ring me [all morning|three times|ever so often] and got \
        straight to voicemail.
    chatty: I even walked [down to the river|up the hill|round the block] with it, and nothing changed.
    chatty: My [husband|wife|flatmate] has five bars sitting right next to me, [if you please|so go figure|can you \
        imagine].
    chatty: When I dial, it just goes beep and gives up[|, poor thing].
    formal: Callers are unable to reach me.
    formal: Outgoing calls [fail|are refused] at once.
    formal: The difficulty persists [wherever I am|in every location|indoors and outdoors alike].
    formal: Other subscribers in the same room are not affected.
    learner: My friends call and they [cannot hear me|hear only machine].
    learner: I go outside, it is [same|the same thing].
    learner: My colleague has good reception [here|in same room], only me not.
    learner: When I call, the phone [stops|is silent|makes nothing].
    annoyed: Nobody can reach me, [which is just great|wonderful|what a treat].
    annoyed: And no, it is not the building, [I tried outside|it is the same in the street].
    annoyed: Everyone around me can phone, [just not me|only I cannot].
    annoyed: Each call dies before it [starts|even rings].

mobile_data_issue
    plain: The mobile internet on my phone [is not working|does not work] [properly|as it should].
    plain: My mobile data is [either slow or dead|unusable|of no use right now].
    plain: I have trouble with [mobile data|the internet connection] on my phone[|, it hardly works].
    plain: Pages [do not load|hardly load] on my phone when I am not on Wi-Fi.
    terse: Mobile internet [unusable|is dead or crawling|not working].
    terse: Data on my phone doesn't work right.
    terse: Pages won't load on mobile data.
    terse: Internet on the phone: [hopeless|useless|broken].
    chatty: My phone's internet has turned into a snail, [bless it|if it moves at all|honestly].
    chatty: I try to [read the news|look up a recipe|check the weather] on my phone and the page just sits there \
        and thinks.
    chatty: Something has got into my mobile internet, because it [barely|hardly] does anything anymore.
    chatty: That little spinning wheel is all I see when I go online with my phone.
    formal: The mobile data connection of my telephone is [not functioning properly|practically \
        unusable|unsatisfactory].
    formal: I am experiencing [serious|considerable|persistent] difficulties with mobile internet access.
    formal: Internet access on my mobile telephone is [severely impaired|no longer usable].
    formal: Web pages fail to load over my mobile connection [in any reasonable time|as they should].
    learner: The internet in my phone [is not working good|works very bad].
    learner: My mobile data has problem, pages [do not come|not load|are too slow].
    learner: I cannot use internet on the phone, it is [slow or nothing|like sleeping].
    learner: When I have no Wi-Fi, the phone is not going on internet [well|good].
    annoyed: The mobile internet I pay for is [a joke|worthless|useless].
    annoyed: My mobile data [crawls or does nothing|is a disgrace|is dead half the time].
    annoyed: I cannot get a single page to load on my phone.
    annoyed: This mobile internet has been [letting me down|driving me up the wall] [again|once more].

mobile_data_issue detail
    plain: There is no Wi-Fi [here|around] that I could use instead.
    plain: Maps and mail [time out|stay blank|never finish].
    plain: Even a short text page takes [forever|minutes].
    plain: I [depend|rely] on the mobile connection, as I have no Wi-Fi.
    terse: No Wi-Fi here.
    terse: Maps stay blank.
    terse: Everything times out.
    terse: No other connection around.
    chatty: And there is no Wi-Fi anywhere near me, so I am [stuck with it|out of luck|a bit lost].
    chatty: I wanted to [watch the match|follow a cooking video|show my nephew a song] and it froze on the first \
        second.
    chatty: My [bus app|crossword|bank app] gives up with a sad little face.
    chatty: I have [closed every app|cleared this and that|pressed every button I know], and still nothing moves.
    formal: I have no access to Wi-Fi at my present location.
    formal: E-mail and navigation are [equally|likewise] affected.
    formal: Applications report that they have [no connection|timed out].
    formal: I [require|depend on] the mobile connection for want of Wi-Fi.
    learner: I don't have Wi-Fi [here|in this place].
    learner: The map is white, the mail [does not come|is not opening].
    learner: I wait [five minutes|long time] for one page.
    learner: My apps say [no connection|they try again].
    annoyed: And no, there is no Wi-Fi [here|around here].
    annoyed: I stare at a [blank|half loaded] screen [all day|for hours].
    annoyed: Not even the weather app [manages to|will] open.
    annoyed: Everything I tap ends in [an error|a time-out].

mms_issue
    plain: I cannot send picture messages[| from my phone| anymore].
    plain: Sending a photo by text message [fails|does not work] on my phone.
    plain: My messaging app does not send pictures[| to anyone| anymore].
    plain: Whenever I send [a photo|an image] by MMS, it [is not delivered|fails].
    terse: MMS won't send.
    terse: Can't send photos by text.
    terse: Picture messages [fail|don't go|not going through].
    terse: Photos don't send[| from my messaging app].
    chatty: I have the [cutest|sweetest|funniest] photo of [the dog|my grandson|our cat] and my phone refuses to \
        send it as a message.
    chatty: So I text a picture to [my aunt|my daughter|a friend], and back comes this little red exclamation mark.
    chatty: Every photo I try to text to [people|my family|the girls] gets stuck halfway, [isn't that odd|it is the \
        strangest thing].
    chatty: It is about these picture messages, MMS I think they call them: mine will not go.
    formal: I am unable to send [multimedia messages|MMS messages] [from my telephone|with my messaging application].
    formal: The transmission of photographs by MMS fails[| without exception| each time].
    formal: My messaging application [does not transmit|no longer delivers] any pictures.
    formal: Picture messages cannot be sent from my [telephone|handset|device].
    learner: I cannot send photo in message.
    learner: The MMS in my phone [is not going|does not go|not work].
    learner: When I send picture to [somebody|my wife|my family], it [comes error|fails].
    learner: My phone not send the pictures by message[| anymore].
    annoyed: I have tried [ten|twenty|a hundred] times to send one picture message, and it fails [every time|each \
        time].
    annoyed: Picture messages do not work, [still|again|and it is getting old].
    annoyed: My phone will not send a single photo by text.
    annoyed: All I want is to text a [photo|picture], and not even that works.

mms_issue detail
    plain: Text without a picture [goes through|is fine|seems fine].
    plain: It says [not sent|sending failed] each time.
    plain: It [happens|is the same] with every person I write to.
    plain: I have tried [smaller files|other contacts] too.
    terse: Says "not sent".
    terse: Tried several contacts.
    terse: Same for everyone I write to.
    terse: Retried, no luck.
    chatty: It does this little animation, thinks about it, and then says it could not.
    chatty: I have tried sending it to my [sister|cousin|neighbor] instead, just to see, and no.
    chatty: I thought it might be too [big|heavy|large], so I took a tiny one, and still no.
    chatty: The bar goes to the end and then jumps back[|, teasing me|, every single time].
    formal: The application merely reports that sending has failed.
    formal: The recipients [confirm|report] that nothing has arrived.
    formal: Repeated attempts have [made no difference|been to no avail].
    formal: The size of the file appears to make no difference.
    learner: It says error, try again, and I [try|try many times].
    learner: Nobody [gets|receives] it from me.
    learner: I make the file small, it [is not helping|helps not].
    learner: The app is turning and turning and then stop.
    annoyed: "Not sent", it says, [over and over|every single time].
    annoyed: Nothing ever [arrives|gets there].
    annoyed: I have tried everybody in my contacts, so it is not them.
    annoyed: And no, [waiting|resizing it] does not help.

since
    plain: This [started|began] [this morning|yesterday|on Monday|last night|two days ago].
    plain: It worked [until yesterday|last week|fine until this morning].
    plain: It has been like this for [a day|two days|some hours].
    plain: I noticed it [on my way to work|after lunch|when I got up].
    terse: Since [this morning|yesterday|last night|Sunday].
    terse: Worked [yesterday|last week].
    terse: [Two days|A day|Hours] now.
    terse: Started [overnight|today at noon].
    chatty: It was all fine [when I went to bed|at breakfast|until my birthday on Friday], and then suddenly not.
    chatty: I think it started [around the time the storm came through|the evening my niece played with it|on \
        Tuesday, or was it Wednesday].
    chatty: For [years|months] I have had no trouble, and now this, out of the blue.
    chatty: I only noticed it [at the hairdresser's|in the queue at the bakery|while waiting for the bus].
    formal: The difficulty [arose|first occurred] [this morning|yesterday evening|on Monday].
    formal: Until [yesterday|last weekend] everything was in perfect order.
    formal: It has persisted for [approximately a day|several hours|two days].
    formal: I became aware of it [upon arriving at the office|in the course of the morning].
    learner: It is like this since [yesterday|the morning|two days].
    learner: Before [yesterday|this week] it was good.
    learner: It started [in the night|when I woke up|today].
    learner: Last week all was okay.
    annoyed: It has been like this since [yesterday|Monday|the weekend], in case anyone is counting.
    annoyed: That is [two days|a whole day|half a day] of my life now.
    annoyed: It worked [last week|until Sunday], so it is not my doing.
    annoyed: I woke up to this [today|yesterday], [lovely|what a start].

matters
    plain: I need it for [work|my job|a trip tomorrow].
    plain: I am expecting news from [the hospital|my landlord|my son's school] today.
    plain: I have [an appointment|an interview|a delivery] later and depend on the phone.
    plain: Without it I [miss half my day|cannot do my work|am lost].
    terse: Need it for work.
    terse: It's urgent.
    terse: Got an appointment soon.
    terse: Need it today.
    chatty: My [daughter|niece|cousin] is due any day now and I do not want to miss it.
    chatty: We are planning [a surprise party|a wedding|my father's seventieth], and everything goes through my phone.
    chatty: I am [minding two toddlers|dog-sitting|house-sitting] this week, and I promised to stay in touch.
    chatty: I feel [quite cut adrift|like back in the eighties|naked] without it, to be honest.
    formal: I depend on the device for [professional reasons|my practice|my clients].
    formal: The matter is [rather urgent|of some urgency], as I [travel|have appointments] this week.
    formal: I have [elderly parents|a patient|a client] who must be able to count on me.
    formal: This causes me [considerable inconvenience|some inconvenience|great difficulty].
    learner: I need this for my [work|school|family].
    learner: My [boss|mother|teacher] waits for me, it is important.
    learner: Without the phone I [am lost|cannot work] in this city.
    learner: It is a big problem for [me|us].
    annoyed: I have [a business to run|customers waiting|better things to do].
    annoyed: This is costing me [money|time and nerves|half a working day].
    annoyed: My [boss|wife|husband] is as [fed up|thrilled] about it as I am.
    annoyed: I was promised this would [not happen|never happen] when I signed up.

wish
    plain: I need help to [fix|sort out] this.
    plain: I would like it to work again[|, properly|, please].
    plain: I would like to [find out|know] what is wrong.
    plain: [What can I|What should I] do to get it working?
    terse: Please fix.
    terse: What do I do?
    terse: Get it working[| again].
    terse: Want it working[| today].
    chatty: I would be ever so glad of some [help with it|advice|company in this].
    chatty: There must be some trick to [wake it up|set it right|make it behave].
    chatty: The thing has to get going again, [somehow|by magic if need be|with a bit of help].
    chatty: I am no expert, so I need somebody to take me by the hand.
    formal: I should be grateful for your assistance in [resolving this|restoring it|remedying the fault].
    formal: I request help in [identifying|establishing] the cause.
    formal: I [request|ask] that this be [put right|remedied|resolved] [without delay|today|at your earliest \
        convenience].
    formal: I should be glad of advice on how to proceed.
    learner: I need help to [repair|fix|make good] this.
    learner: What I must do [so it works|now|please]?
    learner: I want that it works [again|like before].
    learner: Who can help me, [please|today]?
    annoyed: So, what is going to be done about it?
    annoyed: I want to know how to get it working[|, and quickly|, that is all].
    annoyed: I want this fixed [now|today|before the day is over].
    annoyed: Make it work[|, please|, that is all I ask].

abroad
    plain: I am [travelling|abroad] at the moment, in {place}.
    plain: I am on [vacation|a trip] in {place}[| right now].
    terse: Abroad, in {place}.
    terse: I'm in {place}[| on a trip].
    chatty: I am on [holiday|vacation] in {place}, lovely [weather|food|people], by the way.
    chatty: We have been travelling [through|around] {place} [for a week|since Saturday].
    formal: I am currently travelling abroad, in {place}.
    formal: I am presently [abroad|on a business trip] in {place}.
    learner: I am now in {place}, [on vacation|on travelling|outside my country].
    learner: I make [trip|vacation] abroad in {place}.
    annoyed: I am abroad, in {place}, [of all times|and stuck here].
    annoyed: I am on vacation in {place}, or [trying to be|so I thought].

home
    plain: I am at home.
    plain: I am not travelling, I am at home.
    terse: At home.
    terse: Home, not abroad.
    chatty: I am at home, on the [sofa|balcony], [with a cup of tea|with the cat on my lap].
    chatty: Oh, I have not been anywhere for months. I am at home.
    formal: I am at home and not travelling.
    formal: I am not abroad; I am at home.
    learner: I am at home, not in other country.
    learner: At home I am, not travelling.
    annoyed: At home. Where else?
    annoyed: I am at home, I have not gone anywhere.

buys data
    plain: I would [take|buy] {gb} GB of extra data, no other amount, and I keep my plan.
    plain: {gb} GB, please. I do not want another plan.
    terse: {gb} GB. Same plan.
    terse: {gb} GB, keep the plan.
    chatty: Let us say {gb} GB, that [should do|will see me through], and I am fond of my plan.
    chatty: Oh, {gb} GB would be lovely, on the plan I have.
    formal: I should like {gb} GB on my existing plan.
    formal: {gb} GB will be sufficient; I wish to retain my plan.
    learner: I want {gb} GB, the plan stays.
    learner: {gb} GB please, with my plan of now.
    annoyed: {gb} GB, and not [a byte|one cent] more. I keep my plan.
    annoyed: Fine, {gb} GB. And leave my plan alone.

buys none
    plain: I do not want to buy any data, and I keep my plan.
    plain: No extra data, please, and no other plan.
    terse: None. Keep my plan.
    terse: No data. No new plan.
    chatty: Oh no, I would not spend money on that, and I like my plan as it is.
    chatty: None at all, my budget does not allow it, nor another plan.
    formal: I do not wish to purchase any, nor do I wish to change my plan.
    formal: None. I should like neither additional data nor another plan.
    learner: I don't buy, and I don't change the plan.
    learner: No, I want not to buy it. Also no other plan.
    annoyed: None. I pay enough already, and I keep my plan.
    annoyed: I am not buying anything, and I am not changing plans either.
""")
